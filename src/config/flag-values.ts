import { AutotmplError } from '../core/errors.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from '../core/logger.ts';
import { consulFromFlags } from './consul-flags.ts';
import { conductLayer } from './consul-template/consul-layer.ts';
import { fieldsFromFlags } from './consul-template/field-sources.ts';
import { FIELD_ROWS } from './consul-template/field-table.ts';
import { FieldValues } from './consul-template/field-values.ts';
import type { FlagSettings, TemplateFlag } from './flag-settings.ts';
import { parseQuietPeriod, QUIET_FORM } from './quiet-text.ts';
import type { HandledSignal, SignalAction } from '../supervisor/settings.ts';
import { lastValue, readFlag, type RawFlags } from './raw-flags.ts';
import { ACTION_FORM, canBeEvent, HANDLED, parseAction, parseHandled } from './signal-words.ts';

/** Reads those flags that say what a config could say too. Throws an AutotmplError (`usage`) for a value that is wrong. */
export function flagSettings(raw: RawFlags): FlagSettings {
  const catalogFile = lastValue(raw, 'catalog');
  const quiet = readFlag(raw, 'wait', `${QUIET_FORM}, the second not less`, parseQuietPeriod);
  const logLevel = readFlag(raw, 'log-level', LOG_LEVELS, parseLevel);
  const logFormat = readFlag(raw, 'log-format', LOG_FORMATS, parseFormat);
  const consul = consulFromFlags(raw);
  const [consulFlag] = Object.values(consul);
  if (catalogFile !== undefined && consulFlag !== undefined) {
    throw new AutotmplError('usage', `-catalog and ${consulFlag.origin} contradict each other`, {
      advice: 'facts come from a file or from Consul; remove one of them',
    });
  }
  const fields = fieldsFromFlags(raw);
  return {
    templates: (raw.get('template') ?? []).map(parseTemplate),
    consul: { ...conductLayer(new FieldValues(FIELD_ROWS, [fields])), ...consul },
    fields,
    ...(catalogFile === undefined ? {} : { catalogFile }),
    searchPath: raw.get('search-path') ?? [],
    ...(quiet === undefined ? {} : { quiet }),
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(logFormat === undefined ? {} : { logFormat }),
    ...signalsOf(raw.get('signal')),
  };
}

/** Splits `SRC[:DST[:COMMAND]]` at the first two colons; the command may hold more. */
function parseTemplate(text: string): TemplateFlag {
  const [, source = '', destination, command] =
    /^([^:]*)(?::([^:]*)(?::(.*))?)?$/s.exec(text) ?? [];
  const fail = (message: string, advice: string) =>
    new AutotmplError('usage', `-template ${JSON.stringify(text)}: ${message}`, { advice });
  if (source === '') throw fail('SRC is empty', 'write -template SRC[:DST[:COMMAND]]');
  if (destination === '') {
    throw fail('DST is empty', 'without DST and its colon the text goes to standard output');
  }
  if (command?.trim() === '') throw fail('COMMAND is empty', 'leave its colon out too');
  return {
    source,
    ...(destination === undefined ? {} : { destination }),
    ...(command === undefined ? {} : { command }),
  };
}

/** In any case, and consul-template's ERR. */
function parseLevel(text: string): LogLevel | undefined {
  const word = text.toLowerCase();
  return word === 'err' ? 'error' : LOG_LEVELS.find((level) => level === word);
}

function parseFormat(text: string): LogFormat | undefined {
  return LOG_FORMATS.find((format) => format === text.toLowerCase());
}

/** `-signal HUP=stop`, as often as it is given. */
function signalsOf(written: readonly string[] | undefined): Pick<FlagSettings, 'signals'> {
  if (written === undefined) return {};
  const table: { -readonly [Signal in HandledSignal]?: SignalAction } = {};
  for (const text of written) {
    const [, name = '', word = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const [signal, action] = [parseHandled(name), parseAction(word)];
    const fail = (expected: string) =>
      new AutotmplError('usage', `-signal ${JSON.stringify(text)}: expected ${expected}`, {
        advice: 'write -signal HUP=stop',
      });
    if (signal === undefined) throw fail(`a signal of ${HANDLED.join(', ')}`);
    if (action === undefined) throw fail(ACTION_FORM);
    if (action.kind === 'event' && !canBeEvent(signal))
      throw fail('another word: only HUP and USR2 are events');
    table[signal] = action;
  }
  return { signals: table };
}
