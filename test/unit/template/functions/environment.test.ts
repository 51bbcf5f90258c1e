import { describe, expect, it } from 'vitest';

import { callWith, notesFor } from './known-facts.ts';

const notes = notesFor({ environment: { SET: '400', EMPTY: '' } });

describe('env, mustEnv and envOrDefault', () => {
  it('read the environment that templates see', () => {
    expect(callWith(notes, 'env', 'SET')).toBe('400');
    expect(callWith(notes, 'env', 'UNSET')).toBe('');
    expect(callWith(notes, 'env', 'constructor')).toBe('');
    expect(callWith(notes, 'mustEnv', 'SET')).toBe('400');
  });

  it('take the default only for what is not set', () => {
    expect(callWith(notes, 'envOrDefault', 'SET', 'D')).toBe('400');
    expect(callWith(notes, 'envOrDefault', 'EMPTY', 'D')).toBe('');
    expect(callWith(notes, 'envOrDefault', 'UNSET', 'D')).toBe('D');
  });

  it('insist, as mustEnv, on a value', () => {
    expect(() => callWith(notes, 'mustEnv', 'UNSET')).toThrow('"UNSET" is not set');
    expect(() => callWith(notes, 'mustEnv', 'EMPTY')).toThrow('"EMPTY" is empty');
  });
});

describe('timestamp', () => {
  const at = (iso: string, ...layout: string[]) =>
    callWith(notesFor({ nowMs: Date.parse(iso) }), 'timestamp', ...layout);

  it('is the time of the rendering in RFC 3339', () => {
    expect(callWith(notes, 'timestamp')).toBe('1970-01-01T00:00:00Z');
    expect(callWith(notes, 'timestamp', '2006-01-02')).toBe('1970-01-01');
    expect(at('2024-02-29T13:04:05.678Z', 'unix')).toBe('1709211845');
  });

  it('follows layouts of Go', () => {
    const time = '2024-02-06T13:04:05.670Z';
    const rows: [string, string][] = [
      ['Mon, 02 Jan 2006 15:04:05 MST', 'Tue, 06 Feb 2024 13:04:05 UTC'],
      ['Monday, January _2 3:04PM 06', 'Tuesday, February  6 1:04PM 24'],
      ['Mon Jan _2 15:04:05 2006', 'Tue Feb  6 13:04:05 2024'],
      ['02/01/06 03:04:05 pm', '06/02/24 01:04:05 pm'],
      ['2006-01-02T15:04:05.000Z07:00', '2024-02-06T13:04:05.670Z'],
      ['15:04:05.999999', '13:04:05.67'],
      ['15:04:05.000000 -0700 -07:00 -07', '13:04:05.670000 +0000 +00:00 +00'],
      ['20060102150405', '20240206130405'],
      ['002 __2', '037  37'],
      ['1/2 at Janet', '2/6 at Janet'],
    ];
    for (const [layout, text] of rows) expect(at(time, layout), layout).toBe(text);
  });

  it('knows noon and midnight', () => {
    expect(at('2024-12-31T00:30:00Z', '3:04PM 002')).toBe('12:30AM 366');
    expect(at('2024-12-31T12:30:00Z', '03:04pm')).toBe('12:30pm');
    expect(at('2024-12-31T12:30:00.000Z', '15:04:05.999')).toBe('12:30:00');
  });
});
