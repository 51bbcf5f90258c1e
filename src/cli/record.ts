import { appendFile, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { AutotmplError, systemCode } from '../core/errors.ts';
import { systemClock } from '../core/time.ts';
import { VERSION } from '../core/version.ts';
import { record as recordAnswers } from '../daemon/record.ts';
import { RECORDED_BY } from '../recording/recording-text.ts';
import { ANSWERS_WITHIN_MS } from './answers-within.ts';
import { countOf } from './count-of.ts';
import type { EarlySignals } from './early-signals.ts';
import { EXIT } from './exit-codes.ts';
import { idleDaemon } from './idle-daemon.ts';
import type { RecordInvocation } from './invocation.ts';
import { settingsLogger } from './settings-logger.ts';
import { sourcesOf } from './sources.ts';
import { stopSignal } from './stop-signal.ts';

/** Recordings hold what a token may read and not everybody. */
const MODE = 0o600;

/** Writes down what the catalog answers to the templates' queries; returns the exit code. A signal ends it, and that is no failure. */
export async function record(invocation: RecordInvocation, early: EarlySignals): Promise<number> {
  const { out, forMs, mask } = invocation;
  const load = (): Promise<Settings> => loadSettings(sourcesOf(invocation));
  const settings = await load();
  if (settings.targets.length === 0) {
    throw new AutotmplError('usage', 'nothing to record: there is no template', {
      advice: 'autotmpl record -template TEMPLATE, or a -config with templates',
    });
  }
  if (out !== undefined) await refuseOther(out);
  const { logger } = await settingsLogger(settings, invocation.program);
  const stop = stopSignal(early);
  const prepared = await idleDaemon(load, logger).prepare(settings);
  const taken = await recordAnswers(
    prepared,
    {
      ...{ clock: systemClock, logger, version: VERSION, rules: { keys: mask }, forMs },
      timeoutMs: invocation.timeoutMs ?? ANSWERS_WITHIN_MS,
      write: out === undefined ? print : fileWriter(out),
    },
    stop,
  );
  const parts = [
    countOf(taken.queries, 'answer'),
    ...(forMs === undefined ? [] : [countOf(taken.changes, 'change')]),
    `${countOf(taken.masked.size, 'answer')} with something masked`,
  ];
  process.stderr.write(`recorded ${parts.join(', ')}${out === undefined ? '' : `: ${out}`}\n`);
  return EXIT.done;
}

async function print(text: string): Promise<void> {
  process.stdout.write(text);
}

/** A file that is no recording is somebody's work. */
async function refuseOther(path: string): Promise<void> {
  const present = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return RECORDED_BY;
    throw cannotWrite(path, error);
  });
  if (present.startsWith(RECORDED_BY)) return;
  throw new AutotmplError('output', `${path} is there already, and is no recording`, {
    advice: 'remove it, or give another -output',
  });
}

/** The first piece takes the place of what was there, at once; the others are added, each with one write. */
function fileWriter(path: string): (text: string) => Promise<void> {
  let hasBegun = false;
  return async (text) => {
    try {
      if (hasBegun) await appendFile(path, text);
      else await replace(path, text);
      hasBegun = true;
    } catch (error) {
      throw cannotWrite(path, error);
    }
  };
}

async function replace(path: string, text: string): Promise<void> {
  const staged = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(staged, text, { mode: MODE, flag: 'wx' });
    const file = await open(staged, 'r');
    await file.sync().finally(() => file.close());
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}

function cannotWrite(path: string, error: unknown): AutotmplError {
  return new AutotmplError(
    'output',
    `cannot write ${path} (${systemCode(error) ?? String(error)})`,
    {
      cause: error,
    },
  );
}
