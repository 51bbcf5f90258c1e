import { resolve } from 'node:path';
import type { LogLevel } from '../../core/logger.ts';
import { nearest } from '../../core/nearest.ts';
import type { Settings } from '../settings.ts';
import type { Fields } from './fields.ts';
import type { Source } from './source.ts';

const LEVELS: Readonly<Record<string, LogLevel>> = {
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  fatal: 'error',
  panic: 'error',
};
const FORMATS: Readonly<Record<string, 'text' | 'json'>> = {
  default: 'text',
  text: 'text',
  json: 'json',
};

/** What is logged, how, and where to: `logging` of both versions; to a file in 3 only. */
export function logSettings(source: Source, fields: Fields | undefined): Settings['log'] {
  const level = word('level', 'info', LEVELS, 'Unknown log level');
  const format = word('format', 'default', FORMATS, 'Unknown log format');
  const written = fields?.text('output') ?? 'stdout';
  const output = /^std(?:out|err)$/i.exec(written)?.[0].toLowerCase() as 'stdout' | undefined;
  if (output === undefined && source.version === 2) {
    fields?.fail('output', `Unknown output type '${written}'`, 'use stdout or stderr');
  }
  fields?.close();
  return {
    level: level ?? 'info',
    format: format ?? 'text',
    output: output ?? { file: resolve(source.document.folder, written) },
  };

  function word<Meaning>(
    key: string,
    fallback: string,
    words: Readonly<Record<string, Meaning>>,
    complaint: string,
  ): Meaning | undefined {
    const text = (fields?.text(key) ?? '') || fallback;
    const name = text.toLowerCase();
    if (Object.hasOwn(words, name)) return words[name];
    const known = Object.keys(words);
    const advice = `use one of ${known.join(', ')}`;
    const close = nearest(text, known);
    fields?.fail(
      key,
      `${complaint} '${text}'`,
      close === undefined ? advice : `did you mean ${close}?`,
    );
    return undefined;
  }
}
