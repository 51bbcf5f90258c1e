import { parseBoolean } from '../../core/boolean.ts';
import { parseDuration } from '../../core/duration.ts';
import type { LogLevel } from '../../core/logger.ts';
import type { CommandLine } from '../../process/command-line.ts';
import { SYSLOG_FACILITIES, type SyslogFacility } from '../../process/syslog-message.ts';
import { parseSignal } from '../signal-words.ts';
import type { FieldKind } from './field-row.ts';

/** What a field of each kind comes to. */
export interface FieldValue {
  readonly text: string;
  readonly path: string;
  readonly flag: boolean;
  readonly integer: number;
  readonly fraction: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly signal: NodeJS.Signals | 'none';
  readonly texts: readonly string[];
  readonly command: CommandLine;
  readonly level: LogLevel;
  /** Empty: as it is. */
  readonly account: string;
  /** Octal digits; empty: as they are. */
  readonly permissions: string;
  readonly facility: SyslogFacility;
}

/** How one kind is read. */
interface Kind<Value> {
  /** What is expected, as a phrase. */
  readonly form: string;
  /** Reads what stands in a file, or the text of a flag or a variable; undefined where it is something else. */
  readonly read: (written: unknown) => Value | undefined;
}

const KINDS: { readonly [Name in FieldKind]: Kind<FieldValue[Name]> } = {
  text: { form: 'text', read: textOf },
  path: { form: 'a path', read: textOf },
  flag: {
    form: 'true or false',
    read: (written) => (typeof written === 'string' ? parseBoolean(written) : booleanOf(written)),
  },
  integer: { form: 'a whole number', read: integerOf },
  fraction: { form: 'a number between 0 and 1', read: fractionOf },
  duration: {
    form: 'a duration such as "5s" or "1m30s"',
    read: (written) =>
      written === 0 ? 0 : typeof written === 'string' ? parseDuration(written) : undefined,
  },
  signal: { form: 'a signal such as "SIGINT", or an empty text for none', read: signalOf },
  texts: { form: 'a list of texts', read: textsOf },
  command: { form: 'text, or a list of words', read: commandOf },
  level: {
    form: 'one of TRACE, DEBUG, INFO, WARN, ERR',
    read: (written) => LEVELS[String(written).toUpperCase()],
  },
  account: {
    form: 'a name or a number',
    read: (written) => {
      if (written === -1) return '';
      const number = typeof written === 'number' ? integerOf(written) : undefined;
      return number === undefined || number < 0 ? textOf(written) : String(number);
    },
  },
  permissions: { form: 'octal digits, such as 0644 or "0644"', read: permissionsOf },
  facility: {
    form: `one of ${SYSLOG_FACILITIES.join(', ')}`,
    read: (written) => SYSLOG_FACILITIES.find((one) => one === String(written).toUpperCase()),
  },
};

const LEVELS: Readonly<Record<string, LogLevel>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  WARNING: 'warn',
  ERR: 'error',
  ERROR: 'error',
};

/** What is expected of a kind, as a phrase. */
export function formOf(kind: FieldKind): string {
  return KINDS[kind].form;
}

/** Reads a value of a kind; undefined where it is something else. */
export function readField(kind: FieldKind, written: unknown): FieldValue[FieldKind] | undefined {
  return KINDS[kind].read(written);
}

/** Whether a value says nothing: an empty text does, but where it has a meaning. */
export function isUnsaid(kind: FieldKind, written: unknown): boolean {
  return written === null || (written === '' && kind !== 'signal');
}

function textOf(written: unknown): string | undefined {
  return typeof written === 'string' ? written : undefined;
}

function booleanOf(written: unknown): boolean | undefined {
  return typeof written === 'boolean' ? written : undefined;
}

function numberOf(written: unknown): number | undefined {
  if (typeof written === 'number') return written;
  const isNumber = typeof written === 'string' && /^-?\d+(?:\.\d+)?$/.test(written);
  return isNumber ? Number(written) : undefined;
}

function integerOf(written: unknown): number | undefined {
  const number = numberOf(written);
  return Number.isSafeInteger(number) ? number : undefined;
}

function fractionOf(written: unknown): number | undefined {
  const number = numberOf(written);
  return number !== undefined && number > 0 && number < 1 ? number : undefined;
}

function signalOf(written: unknown): FieldValue['signal'] | undefined {
  if (typeof written !== 'string') return undefined;
  return /^(?:(?:SIG)?NULL)?$/i.test(written) ? 'none' : parseSignal(written);
}

/** Text is a list with commas. */
function textsOf(written: unknown): readonly string[] | undefined {
  if (typeof written === 'string') return written.split(',').map((word) => word.trim());
  if (!Array.isArray(written)) return undefined;
  return written.every((item): item is string => typeof item === 'string') ? written : undefined;
}

/** A command as consul-template takes it: one word is started directly, what else is text is a shell's. */
export function commandOf(written: unknown): CommandLine | undefined {
  if (typeof written === 'string') {
    return /^[\w@%+:,./-]+$/.test(written) ? [written] : written;
  }
  const words = Array.isArray(written) ? textsOf(written) : undefined;
  const [only] = words ?? [];
  if (words?.length === 1 && only !== undefined) return commandOf(only);
  return words?.[0] === '' ? undefined : words;
}

/** A number is worth what it says: 0600 of HCL has come as 384 by now. */
function permissionsOf(written: unknown): string | undefined {
  if (typeof written === 'number') {
    const isMode = Number.isInteger(written) && written >= 0 && written <= 0o7777;
    return isMode ? (written === 0 ? '' : written.toString(8).padStart(4, '0')) : undefined;
  }
  if (typeof written !== 'string' || !/^(?:0o)?[0-7]{1,5}$/.test(written)) return undefined;
  return permissionsOf(Number.parseInt(written.replace(/^0o/, ''), 8));
}
