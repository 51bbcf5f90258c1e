import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { AutotmplError } from '../core/errors.ts';
import { systemClock } from '../core/time.ts';
import { explain as explainSettings, type Explanation } from '../daemon/explain.ts';
import { ANSWERS_WITHIN_MS } from './answers-within.ts';
import type { EarlySignals } from './early-signals.ts';
import { EXIT, exitCodeOf, signalExitCode } from './exit-codes.ts';
import { idleDaemon } from './idle-daemon.ts';
import type { ExplainInvocation } from './invocation.ts';
import { settingsLogger } from './settings-logger.ts';
import { sourcesOf } from './sources.ts';
import { stopSignal } from './stop-signal.ts';

/**
 * Says what templates ask, what they wait for and what a token needs for it; returns the exit code: that of `-once`, where what is
 * not there counts as given up. A signal ends the wait: what was found until then is said.
 */
export async function explain(invocation: ExplainInvocation, early: EarlySignals): Promise<number> {
  const load = (): Promise<Settings> => loadSettings(sourcesOf(invocation));
  const settings = await load();
  if (settings.targets.length === 0) {
    throw new AutotmplError('usage', 'nothing to explain: there is no template', {
      advice: 'autotmpl explain TEMPLATE…, or a -config with templates',
    });
  }
  const { logger } = await settingsLogger(settings, invocation.program);
  const stop = stopSignal(early);
  const prepared = await idleDaemon(load, logger).prepare(settings);
  const timeoutMs = invocation.timeoutMs ?? ANSWERS_WITHIN_MS;
  const parts = { clock: systemClock, logger, timeoutMs };
  const explanation = await explainSettings(prepared, parts, stop);
  process.stdout.write(await shown(explanation, invocation));
  if (stop.aborted) return signalExitCode(stop.reason as NodeJS.Signals);
  return exitCodeFor(explanation);
}

async function shown(explanation: Explanation, { format }: ExplainInvocation): Promise<string> {
  if (format === 'json') return (await import('./explain-json.ts')).explanationJson(explanation);
  return (await import('./explain-text.ts')).explanationText(explanation);
}

/** What failed counts before what is missing, as with `-once`. */
function exitCodeFor({ targets }: Explanation): number {
  const failed = targets.find(({ error }) => error !== undefined)?.error;
  if (failed !== undefined) {
    return failed instanceof AutotmplError ? exitCodeOf(failed) : EXIT.failed;
  }
  const awaited = targets.flatMap(({ queries }) =>
    queries.filter(({ waitedFor }) => waitedFor !== undefined),
  );
  if (awaited.some(({ reason }) => reason !== undefined)) return EXIT.catalogUnavailable;
  return awaited.length > 0 ? EXIT.timedOut : EXIT.done;
}
