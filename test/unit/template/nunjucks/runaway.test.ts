import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/core/time.ts';
import { createNunjucksEngine } from '../../../../src/template/nunjucks/engine.ts';
import { errorKnowing, textKnowing } from './known-engine.ts';

const root = mkdtempSync(join(tmpdir(), 'autotmpl-runaway-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const errorOf = (text: string) => errorKnowing({}, text);
const textOf = (text: string) => textKnowing({}, text);

describe('a Nunjucks template that comes to no end', () => {
  it('is stopped in loops within loops, at the innermost', () => {
    const text =
      'first\n{% for a in range(9999) %}\n{% for b in range(9999) %}x{% endfor %}\n{% endfor %}';
    expect(errorOf(text)).toMatch(/^t\.njk:3:\d+: the template takes more than 2500000 steps$/);
  });

  it('is stopped in a macro that calls itself twice', () => {
    const text =
      '{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}';
    expect(errorOf(text)).toMatch(/^t\.njk:1:\d+: the template takes more than 2500000 steps$/);
  });

  it('is stopped in a file that includes itself twice', () => {
    writeFileSync(
      join(root, 'self.njk'),
      '{% set depth = depth + 1 %}{% if depth % 60 %}{% include "self.njk" %}{% include "self.njk" %}{% endif %}',
    );
    const engine = createNunjucksEngine({
      searchPath: [root],
      environment: {},
      clock: systemClock,
    });
    const { error } = engine
      .compile(
        { name: 't.njk', text: '{% set depth = 0 %}{% include "self.njk" %}', folder: root },
        { strict: true, allowControlCharacters: false },
      )
      .render(() => undefined);
    expect(error?.message).toMatch(/self\.njk:1:\d+: the template takes more than/);
  });

  it.each([
    ['range(1000000000)', 'range: it would have more than 1000000 numbers'],
    ['range(5, 0 - 1 / 0, 0 - 1)', 'range: it would have more than 1000000 numbers'],
    ['range(100000000000000000, 100000000000000100)', 'range: it would have more than'],
    ['[1] | slice(1000000000)', 'slice: 1000000 is the most'],
    ['[1] | batch(1000000000, "x")', 'batch: 1000000 is the most'],
    ['"x" | center(1000000000)', 'center: 1000000 is the most'],
    ['"x".repeat(20000000)', 'the template makes a text of more than 16777216 characters'],
    ['"x".padEnd(1000000000)', 'the template makes too much text'],
  ])('is stopped at %s', (expression, message) => {
    expect(errorOf(`{% for x in ${expression} %}{% endfor %}`)).toMatch(/^t\.njk:1:\d+: /);
    expect(errorOf(`{% for x in ${expression} %}{% endfor %}`)).toContain(message);
  });

  it.each([
    ['joined to itself', '{% set s = s + s %}'],
    ['joined to itself by ~', '{% set s = s ~ s %}'],
    ['printed twice into itself', '{% set s %}{{ s }}{{ s }}{% endset %}'],
    ['made of itself by a macro', '{% set s = twice(s) %}'],
  ])('is stopped where a text is %s again and again', (_, step) => {
    const text = `{% macro twice(s) %}{{ s }}{{ s }}{% endmacro %}{% set s = "x" %}{% for i in range(64) %}${step}{% endfor %}`;
    expect(errorOf(text)).toMatch(/^t\.njk:1:\d+: the template makes/);
  });

  it('is stopped where a list is joined to itself again and again', () => {
    const text = '{% set l = [1] %}{% for i in range(64) %}{% set l = l.concat(l) %}{% endfor %}';
    expect(errorOf(text)).toMatch(/the template makes a list of more than 2000000 items$/);
  });

  it('is stopped where its plain text would fill the disk', () => {
    const text = `{% for i in range(1000000) %}${'x'.repeat(100)}{% endfor %}`;
    expect(errorOf(text)).toMatch(
      /^t\.njk:1:\d+: the template prints more than 67108864 characters$/,
    );
  });

  it('is stopped where its steps take more of the processor than ten seconds', () => {
    let workMs = 0;
    const engine = createNunjucksEngine({
      searchPath: [],
      environment: {},
      clock: systemClock,
      workTime: () => (workMs += 1000),
    });
    const rendered = (turns: number) =>
      engine
        .compile(
          { name: 't.njk', text: `{% for i in range(${turns}) %}{% endfor %}`, folder: root },
          { strict: true, allowControlCharacters: false },
        )
        .render(() => undefined);
    expect(rendered(100_000).error).toBeUndefined();
    expect(rendered(200_000).error?.message).toMatch(/takes more than 10 s of the processor$/);
  });

  it('does not go on with what it used up before', () => {
    const engine = createNunjucksEngine({ searchPath: [], environment: {}, clock: systemClock });
    const template = engine.compile(
      { name: 't.njk', text: '{% for i in range(250000) %}{% endfor %}', folder: root },
      { strict: true, allowControlCharacters: false },
    );
    const errors = Array.from({ length: 12 }, () => template.render(() => undefined).error);
    expect(errors).toEqual(Array.from({ length: 12 }, () => undefined));
  });
});

describe('what a Nunjucks template may do within its limits', () => {
  it('counts as Nunjucks does', () => {
    expect(textOf('{{ range(3) | join(",") }} {{ range(1, 7, 2) | join(",") }}')).toBe(
      '0,1,2 1,3,5',
    );
    expect(textOf('{{ range(3, 0, 0 - 1) | join(",") }} {{ range(0, 2, 0) | join(",") }}')).toBe(
      '3,2,1 0,1',
    );
    expect(textOf('{{ range(2, 2) | length }}')).toBe('0');
  });

  it('fills pages and columns', () => {
    expect(textOf('{% for row in [1, 2, 3] | batch(2, "-") %}{{ row }};{% endfor %}')).toBe(
      '1,2;3,-;',
    );
    expect(textOf('{% for row in [1, 2, 3] | slice(2) %}{{ row }};{% endfor %}')).toBe('1,2;3;');
    expect(textOf('[{{ "x" | center(3) }}]')).toBe('[ x ]');
  });

  it('prints a hundred thousand lines', () => {
    const text = textOf('{% for i in range(100000) %}{{ i }} of many\n{% endfor %}');
    expect(text?.split('\n').length).toBe(100_001);
  });

  it('is told what JavaScript itself complains of', () => {
    expect(errorOf('{{ "x".repeat(0 - 1) }}')).toMatch(/^t\.njk:1:\d+: Invalid count value: -1$/);
  });
});
