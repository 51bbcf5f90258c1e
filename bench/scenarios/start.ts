import { Arrivals, noteContents } from '../arrivals.ts';
import { MeasuredProcess } from '../measured-process.ts';
import type { StepOutcome } from '../results.ts';
import { Steps } from '../steps.ts';
import { supervise } from '../supervised.ts';
import type { Setting } from './setting.ts';

const SEEN_TIMEOUT_MS = 20_000;

/**
 * From the start of the supervisor until its main process has run its first command, which writes a file; taking turns with an empty
 * Node. The job is checked and registered, as jobs are.
 */
export async function measureStart(setting: Setting): Promise<StepOutcome[]> {
  const steps = new Steps();
  const empty = steps.add('node -e 0', 'baseline', 'from its start to its end');
  const ours = steps.add('autotmpl', 'subject', 'from its start to its main process');
  const marker = setting.workspace.at('started');
  const arrivals = new Arrivals();
  const abort = new AbortController();
  try {
    noteContents(marker, arrivals, abort.signal, (text) => text.trim());
    // The first round is not counted: it warms the caches of the disk and of the agent.
    for (let round = 0; round <= setting.options.starts; round++) {
      const { wallMs } = await new MeasuredProcess([process.execPath, '-e', '0']).ended;
      const startedMs = await startOnce(setting, marker, `round ${round}`, arrivals);
      if (round === 0) continue;
      empty(wallMs);
      ours(startedMs);
    }
  } catch (error) {
    steps.fail(error);
  } finally {
    abort.abort();
  }
  return steps.outcomes();
}

async function startOnce(
  setting: Setting,
  marker: string,
  word: string,
  arrivals: Arrivals,
): Promise<number> {
  const command = await supervise(setting, 'start', [
    {
      ...{ name: 'app', main: true, stopSignal: 'KILL' },
      exec: ['sh', '-c', `echo ${word} > ${marker}; exec sleep 1000`],
      service: { port: 8000, address: '127.0.0.1' },
      health: { exec: ['true'] },
    },
  ]);
  const seen = arrivals.next(word, SEEN_TIMEOUT_MS);
  const startedAt = performance.now();
  const child = new MeasuredProcess(command);
  try {
    return (await seen) - startedAt;
  } finally {
    await child.stop();
  }
}
