import type { LogFileSettings, LogSettings } from '../config/log-settings.ts';
import type { Settings } from '../config/settings.ts';
import {
  colorLevel,
  createLogger,
  type AdjustableLogger,
  type LoggerOptions,
  type LogRecord,
} from '../core/logger.ts';
import { teeLogger } from '../core/tee-logger.ts';
import { openSyslog } from '../daemon/syslog.ts';
import { consulTemplateLine, consulTemplateMessage } from './consul-template-log.ts';
import type { Program } from './program-name.ts';
import { RotatingFile } from './rotating-file.ts';

/** A logger as the settings have it. */
export interface SettingsLogger {
  readonly logger: AdjustableLogger;
  /** Opens its files anew, which somebody may have moved away. */
  readonly reopen: () => void;
}

type Form = LoggerOptions['format'];

/** Makes the logger that the settings ask for. Throws an AutotmplError (`output`) where a file cannot be written. */
export async function settingsLogger({ log }: Settings, program: Program): Promise<SettingsLogger> {
  const files: RotatingFile[] = [];
  const form = formOf(log, program);
  const loggers: [AdjustableLogger, ...AdjustableLogger[]] = [await mainLogger(log, form, files)];
  if (log.file !== undefined) loggers.push(await fileLogger(log, form, openFile(log.file, files)));
  if (log.syslog !== undefined) loggers.push(await syslogLogger(log, log.syslog));
  return {
    logger: teeLogger(loggers),
    reopen: () => {
      for (const file of files) file.reopen();
    },
  };
}

/** What lines look like; undefined: as their reader wants them. */
function formOf({ format }: LogSettings, program: Program): Form {
  return program === 'consul-template' && format === 'auto' ? consulTemplateLine : format;
}

async function mainLogger(
  log: LogSettings,
  format: Form,
  files: RotatingFile[],
): Promise<AdjustableLogger> {
  const { output = 'stderr', level } = log;
  if (typeof output !== 'string') {
    return fileLogger(log, format, openFile(unlimited(output.file), files));
  }
  const stream = process[output];
  return createLogger({
    ...{ level, format, isTerminal: stream.isTTY },
    write: (line) => stream.write(line),
    color: colorLevel(process.env, stream.isTTY),
  });
}

async function fileLogger(
  { level }: LogSettings,
  format: Form,
  file: RotatingFile,
): Promise<AdjustableLogger> {
  const write = (line: string) => file.write(line);
  return createLogger({ level, format, write, isTerminal: false, color: 0 });
}

/** Its lines have neither time nor level of ours: syslog has both. */
async function syslogLogger(
  { level }: LogSettings,
  settings: NonNullable<LogSettings['syslog']>,
): Promise<AdjustableLogger> {
  const syslog = await openSyslog({ ...settings, complain });
  let severity: LogRecord['level'] = 'info';
  return createLogger({
    ...{ level, isTerminal: false, color: 0 },
    format: (record) => {
      severity = record.level;
      return consulTemplateMessage(record);
    },
    write: (line) => syslog.write(severity, line),
  });
}

function openFile(settings: LogFileSettings, files: RotatingFile[]): RotatingFile {
  const file = new RotatingFile(settings, complain);
  files.push(file);
  return file;
}

function unlimited(path: string): LogFileSettings {
  return { path, naming: 'plain', rotateBytes: 0, rotateDurationMs: 0, rotateMaxFiles: 0 };
}

/** Of the log itself nothing can be logged. */
function complain(sentence: string): void {
  process.stderr.write(`autotmpl: ${sentence}\n`);
}
