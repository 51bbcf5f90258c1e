import { describe, expect, it } from 'vitest';

import { freezeValue } from '../../../src/catalog/values.ts';
import { AnswerMarks } from '../../../src/template/tripwire.ts';

const named = (...names: readonly string[]) =>
  freezeValue([{ Meta: Object.fromEntries(names.map((name) => [name, 'x'])) }]);

const manyNames = (from: number) => Array.from({ length: 3000 }, (_, at) => `name-${from + at}`);

describe('the search of an answer for what must not be printed', () => {
  it('finds a bad name among many good ones, however often it comes', () => {
    const marks = new AnswerMarks();
    expect(marks.mark(named(...manyNames(0))).hostile).toBe(false);
    for (let time = 0; time < 3; time += 1) {
      expect(marks.mark(named(...manyNames(time), 'a\nb')).hostile).toBe(true);
      expect(marks.mark(named('a\nb', ...manyNames(3000 * time))).hostile).toBe(true);
    }
  });

  it('finds the same bad name again', () => {
    const marks = new AnswerMarks();
    for (let time = 0; time < 3; time += 1) expect(marks.mark(named('a\nb')).hostile).toBe(true);
  });

  it('gives an answer without any as the same object', () => {
    const answer = named('fine');
    expect(new AnswerMarks().mark(answer)).toEqual({ value: answer, hostile: false });
    expect(new AnswerMarks().mark(answer).value).toBe(answer);
  });
});
