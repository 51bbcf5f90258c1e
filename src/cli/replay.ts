import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { describeError, AutotmplError, systemCode } from '../core/errors.ts';
import { colorLevel } from '../core/logger.ts';
import { VERSION } from '../core/version.ts';
import { replay as playRecording, type Replayed } from '../daemon/replay.ts';
import { readRecording } from '../recording/read-recording.ts';
import { countOf } from './count-of.ts';
import type { EarlySignals } from './early-signals.ts';
import { EXIT, signalExitCode } from './exit-codes.ts';
import type { ReplayInvocation } from './invocation.ts';
import { PACKAGE_TEMPLATES } from './package-templates.ts';
import { settingsLogger } from './settings-logger.ts';
import { sourcesOf } from './sources.ts';
import { stopSignal } from './stop-signal.ts';

/** Plays a recording and shows what became of the files then; returns the exit code: 1 where a file could not be made. */
export async function replay(invocation: ReplayInvocation, early: EarlySignals): Promise<number> {
  const { file, speed, out, flags } = invocation;
  const settings = await loadSettings(sourcesOf(invocation));
  if (settings.targets.length === 0) {
    throw new AutotmplError('usage', 'nothing to replay: there is no template', {
      advice: 'give the -config that the recording was made with',
    });
  }
  const recording = await readRecording(file);
  // What the daemon says of its work would say that it writes files.
  const log: Settings['log'] = { ...settings.log, level: flags.logLevel ?? 'error' };
  const { logger } = await settingsLogger({ ...settings, log }, invocation.program);
  const stop = stopSignal(early);
  const replayed = await playRecording(
    settings,
    {
      ...{ path: resolve(file), recording, speed, logger, version: VERSION },
      packageTemplates: [PACKAGE_TEMPLATES],
      environment: process.env,
      color: colorLevel(process.env, process.stdout.isTTY),
      show: (elapsedMs, text) => process.stdout.write(`+${seconds(elapsedMs)} ${text}`),
      ...(out !== undefined && { write: writerInto(out) }),
    },
    stop,
  );
  process.stderr.write(summary(replayed, recording.changes.length));
  if (stop.aborted) return signalExitCode(stop.reason as NodeJS.Signals);
  return complain(replayed) ? EXIT.failed : EXIT.done;
}

function summary({ texts, files, durationMs }: Replayed, changes: number): string {
  const played = `${countOf(changes, 'change')} in ${seconds(durationMs)}`;
  return `played ${played}: ${countOf(texts, 'text')} of ${countOf(files, 'file')}\n`;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(3)}s`;
}

/** Says what is wrong at the end; returns whether anything is. */
function complain({ standing: { failures, waiting } }: Replayed): boolean {
  const sentences = [...failures.map((error) => describeError(error)), ...waiting];
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`);
  return sentences.length > 0;
}

/** Texts go below a folder, under their own paths: `/etc/nginx/nginx.conf` to `DIR/etc/nginx/nginx.conf`. */
function writerInto(folder: string): (path: string, text: string) => Promise<void> {
  return async (path, text) => {
    const place = join(folder, resolve(path));
    try {
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, text);
    } catch (error) {
      const why = systemCode(error) ?? String(error);
      throw new AutotmplError('output', `cannot write ${place} (${why})`, { cause: error });
    }
  };
}
