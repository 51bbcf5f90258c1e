import { functions } from '../../../../src/template/functions/index.ts';
import { describe, expect, it } from 'vitest';

import type { Scratch } from '../../../../src/template/functions/scratch.ts';
import { callWith, notesFor } from './known-facts.ts';

const fresh = () => callWith(notesFor(), 'scratch') as Scratch;

describe('scratch', () => {
  it('keeps values for one rendering', () => {
    const notes = notesFor();
    const first = callWith(notes, 'scratch') as Scratch;
    expect(first.Set('a', 1)).toBe('');
    expect((callWith(notes, 'scratch') as Scratch).Get('a')).toBe(1);
    expect(fresh().Key('a')).toBe(false);
    expect(fresh().Get('a')).toBeUndefined();
  });

  it('keeps, as SetX and MapSetX, what was there first', () => {
    const scratch = fresh();
    scratch.SetX('a', 1);
    scratch.SetX('a', 2);
    scratch.MapSetX('m', 'x', 1);
    scratch.MapSetX('m', 'x', 2);
    expect([scratch.Get('a'), scratch.MapValues('m')]).toEqual([1, [1]]);
  });

  it('gives the values of a map sorted by their names', () => {
    const scratch = fresh();
    for (const [name, value] of [
      ['b', 2],
      ['10', 4],
      ['a', 1],
      ['9', 3],
    ] as const) {
      expect(scratch.MapSet('m', name, value)).toBe('');
    }
    expect(scratch.MapValues('m')).toEqual([4, 3, 1, 2]);
    expect(scratch.Get('m')).toEqual({ '9': 3, '10': 4, a: 1, b: 2 });
    expect(scratch.MapValues('none')).toEqual([]);
  });

  it('refuses to use a value as a map', () => {
    const scratch = fresh();
    scratch.Set('a', 'text');
    expect(() => scratch.MapSet('a', 'x', 1)).toThrow('scratch.MapSet: "a" is not a map');
    expect(() => scratch.MapValues('a')).toThrow('scratch.MapValues: "a" is not a map');
  });
});

describe('secret behind a pipe', () => {
  it('gives the text back and has it kept out of sight', () => {
    const notes = notesFor();
    expect(functions['secret']?.piped?.(notes, ['hunter2'])).toBe('hunter2');
    expect([...notes.rendering({ text: '' }).secrets]).toEqual(['hunter2']);
  });
});
