import { closeSync, openSync, writeSync } from 'node:fs';
import type { Settings } from '../config/settings.ts';
import { AutotmplError, systemCode } from '../core/errors.ts';
import { colorLevel, createLogger, type AdjustableLogger } from '../core/logger.ts';

/** A logger as the settings have it. */
export interface SettingsLogger {
  readonly logger: AdjustableLogger;
  /** Opens the file anew, which somebody may have moved away; nothing where lines go elsewhere. */
  readonly reopen: () => void;
}

/** Makes the logger that the settings ask for. Throws an AutotmplError (`output`) where its file cannot be written. */
export async function settingsLogger({ log }: Settings): Promise<SettingsLogger> {
  const { output = 'stderr' } = log;
  const stream = output === 'stdout' ? process.stdout : process.stderr;
  const isTerminal = typeof output === 'string' && stream.isTTY;
  const file = typeof output === 'string' ? undefined : new LogFile(output.file);
  const logger = await createLogger({
    level: log.level,
    format: log.format,
    write: (line) => (file === undefined ? stream.write(line) : file.write(line)),
    isTerminal,
    color: colorLevel(process.env, isTerminal),
  });
  return { logger, reopen: () => file?.reopen() };
}

/** Lines reach the file at once: those before a crash are what it is for. */
class LogFile {
  readonly #path: string;
  #descriptor: number;

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = open(path);
  }

  /** A full disk loses lines, and ends nothing. */
  write(line: string): void {
    try {
      writeSync(this.#descriptor, line);
    } catch (error) {
      process.stderr.write(line);
      if (systemCode(error) === undefined) throw error;
    }
  }

  reopen(): void {
    const next = open(this.#path);
    closeSync(this.#descriptor);
    this.#descriptor = next;
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'a', 0o640);
  } catch (error) {
    const why = systemCode(error) ?? String(error);
    throw new AutotmplError('output', `the log file ${path} cannot be opened (${why})`, {
      cause: error,
    });
  }
}
