import { backoffDelay } from '../../core/backoff.ts';
import type { Clock } from '../../core/time.ts';
import type { Answer } from '../catalog.ts';
import type { PluginQuery } from '../query.ts';
import type { PluginRun } from '../values.ts';

/** Runs a plugin once, to its end. Never rejects; what it returns when the signal aborts is not used. */
export type RunPlugin = (
  command: PluginQuery['command'],
  signal: AbortSignal,
) => Promise<PluginRun>;

/** A plugin that failed may have asked somebody who was away. */
const AGAIN = { baseMs: 1000, capMs: 60_000 };

/**
 * Runs a plugin once, and again only after a failure: what it makes of its arguments is its answer for as long as anybody asks
 * with the same ones. (consul-template runs it at every pass over a template, however often that is.)
 */
export async function* followPlugin(
  command: PluginQuery['command'],
  run: RunPlugin,
  signal: AbortSignal,
  clock: Clock,
): AsyncGenerator<Answer> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    const value = await run(command, signal);
    if (signal.aborted) return;
    yield { state: 'fresh', value };
    if ('output' in value) return;
    await clock.sleep(backoffDelay(failures, AGAIN, Math.random), signal);
  }
}
