import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { systemClock } from '../core/time.ts';
import type { OutputStream } from './output-budget.ts';

/** How long the output is waited for once the process itself has ended: a process that it left behind may hold the pipes for ever. */
const PIPES_WITHIN_MS = 1000;

/** Where the output of a child is read; null where there is none. */
export interface Streams {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
}

/** Reads both to their ends, and resolves then. */
export async function drain(
  { stdout, stderr }: Streams,
  take: (stream: OutputStream, chunk: Buffer) => void,
): Promise<void> {
  await Promise.all([
    drainOne(stdout, (chunk) => take('stdout', chunk)),
    drainOne(stderr, (chunk) => take('stderr', chunk)),
  ]);
}

/** Waits for what {@link drain} gave, not for long, and not at all once the signal aborts. */
export async function pipesClosed(closed: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const hurried = AbortSignal.any([signal, over.signal]);
  await Promise.race([closed, systemClock.sleep(PIPES_WITHIN_MS, hurried)]);
  over.abort();
}

async function drainOne(stream: Readable | null, take: (chunk: Buffer) => void): Promise<void> {
  if (stream === null) return;
  stream.on('data', take);
  // A broken pipe is the end of its output; how the process ends is what counts.
  stream.on('error', noop);
  await once(stream, 'close').catch(noop);
}

/**
 * Whoever still holds the pipes is a daemon that the command started. Its output is read and dropped for as long as we
 * live, since a closed pipe would kill it; it does not keep us alive.
 */
export function letGo(streams: Streams): void {
  for (const stream of [streams.stdout, streams.stderr]) {
    if (stream instanceof Socket) stream.unref();
  }
}

function noop(): void {
  // Nothing to do.
}
