import type { ChalkInstance, ColorSupportLevel } from 'chalk';

/** Levels of logging, the quietest last. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `auto` is pretty on a terminal and JSON elsewhere. */
export const LOG_FORMATS = ['auto', 'pretty', 'text', 'json'] as const;
/** One of {@link LOG_FORMATS}. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What a line is about, as names and values that a machine can read. */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Writes one line a fact. Messages are whole sentences without a secret in them. */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A logger whose level may change while the program runs. */
export interface AdjustableLogger extends Logger {
  setLevel(level: LogLevel): void;
  /** Writes a record that has its time already, unless its level is too quiet. */
  record(record: LogRecord): void;
}

/** Where lines go and what they look like. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** One of ours, or what makes a line of a record, its line feed included. */
  readonly format: LogFormat | ((record: LogRecord) => string);
  /** Takes whole lines, each with its line feed. */
  readonly write: (line: string) => void;
  /** Whether `write` ends on a terminal: what `auto` goes by. */
  readonly isTerminal: boolean;
  /** 0 is no colour; see {@link colorLevel}. */
  readonly color: ColorSupportLevel;
}

/**
 * How many colours to use: none where `NO_COLOR` is set and not empty (https://no-color.org), else what `FORCE_COLOR`
 * says, else some on a terminal that is not dumb. chalk's own guess ignores `NO_COLOR`.
 */
export function colorLevel(
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): ColorSupportLevel {
  if ((environment.NO_COLOR ?? '') !== '') return 0;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined) return forced === '0' || forced === 'false' ? 0 : 1;
  return isTerminal && environment.TERM !== 'dumb' ? 1 : 0;
}

/** A line before it gets its form. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly time: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** Makes a logger. chalk is loaded only where there are colours: it takes a tenth of the time that a `-once` may take to start. */
export async function createLogger(options: LoggerOptions): Promise<AdjustableLogger> {
  const format =
    options.format === 'auto' ? (options.isTerminal ? 'pretty' : 'json') : options.format;
  const line =
    typeof format === 'function'
      ? format
      : format === 'json'
        ? jsonLine
        : lineWriter(format, await colors(options.color));
  let threshold = LOG_LEVELS.indexOf(options.level);
  const isQuiet = (level: LogLevel): boolean => LOG_LEVELS.indexOf(level) < threshold;
  return {
    ...forEachLevel((level) => (message: string, fields?: LogFields) => {
      if (!isQuiet(level)) options.write(line(recordOf(level, message, fields)));
    }),
    record: (record) => {
      if (!isQuiet(record.level)) options.write(line(record));
    },
    setLevel: (level) => {
      threshold = LOG_LEVELS.indexOf(level);
    },
  };
}

/** A record of this moment. */
export function recordOf(level: LogLevel, message: string, fields: LogFields = {}): LogRecord {
  return { level, time: new Date().toISOString(), message, fields };
}

/** Something for each level. */
export function forEachLevel<T>(make: (level: LogLevel) => T): Readonly<Record<LogLevel, T>> {
  return {
    trace: make('trace'),
    debug: make('debug'),
    info: make('info'),
    warn: make('warn'),
    error: make('error'),
  };
}

/** JSON escapes what could end a line. */
function jsonLine({ level, time, message, fields }: LogRecord): string {
  return `${JSON.stringify({ level, time, ...fields, message })}\n`;
}

/** How the parts of a line are painted. */
interface Colors {
  readonly level: Readonly<Record<LogLevel, (text: string) => string>>;
  readonly faint: (text: string) => string;
}

const plain = (text: string): string => text;

async function colors(level: ColorSupportLevel): Promise<Colors> {
  if (level === 0) {
    return {
      level: forEachLevel(() => plain),
      faint: plain,
    };
  }
  const { Chalk } = await import('chalk');
  const { gray, green, yellow, red }: ChalkInstance = new Chalk({ level });
  return {
    level: { trace: gray, debug: gray, info: green, warn: yellow, error: red },
    faint: gray,
  };
}

/** `text` is `time [LEVEL] message name=value`, the order of consul-template's lines; `pretty` is shorter and for eyes. */
function lineWriter(format: 'pretty' | 'text', colors: Colors): (record: LogRecord) => string {
  return ({ level, time, message, fields }) => {
    const head =
      format === 'text'
        ? `${time} [${level.toUpperCase()}]`
        : `${colors.faint(time.slice(11, 23))} ${colors.level[level](level.padEnd(5))}`;
    const pairs = Object.entries(fields).map(
      ([name, value]) => ` ${colors.faint(`${name}=`)}${showField(value)}`,
    );
    return `${head} ${oneLine(message)}${pairs.join('')}\n`;
  };
}

/** consul-template's word for a level. */
export function levelWord(level: LogLevel): string {
  return level === 'error' ? 'ERR' : level.toUpperCase();
}

/** A message may quote a program's output or the catalog's data: no control character of it may reach a terminal or forge a line. */
export function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (character) =>
    JSON.stringify(character).slice(1, -1),
  );
}

function showField(value: LogFields[string]): string {
  const text = typeof value === 'object' ? listed(value) : String(value);
  return /^[^\s"=\x00-\x1f\x7f-\x9f]+$/.test(text) ? text : JSON.stringify(text);
}

/** Names with commas between; lines so that it is seen where each ends. */
function listed(parts: readonly string[]): string {
  return parts.join(parts.some((part) => part.includes(' ')) ? ' | ' : ',');
}
