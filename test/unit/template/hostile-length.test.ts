import nunjucks from 'nunjucks';
import { describe, expect, it } from 'vitest';

import { freezeValue } from '../../../src/catalog/values.ts';
import { systemClock } from '../../../src/core/time.ts';
import type { Recall } from '../../../src/template/engine.ts';
import { functions } from '../../../src/template/functions/index.ts';
import { toTitle } from '../../../src/template/functions/text.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../src/template/gotemplate/consul-template-functions.ts';
import { createGoEngine } from '../../../src/template/gotemplate/engine.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';
import { stripTags } from '../../../src/template/nunjucks/strip-tags.ts';
import { SPRIG_FUNCTIONS } from '../../../src/template/sprig/index.ts';
import { between, chanceOf } from '../../support/chance.ts';

/** A tenth of what a value of Consul may be. What takes its square takes some seconds, or all memory. */
const LENGTH = 48 * 1024;
const SEEDS = [' ', '<', '<!--', 'a/'];
const MOST_MS = 1000;
const ELSEWHERE: ReadonlySet<string> = new Set(['plugin', 'executeTemplate']);

const options = { searchPath: [], environment: {}, clock: systemClock };
const own = new nunjucks.Environment([]) as unknown as { readonly filters: object };
const shared = Object.keys(functions).filter((name) => !ELSEWHERE.has(name));
const sprig = Object.keys(SPRIG_FUNCTIONS);

const LANGUAGES = [
  {
    language: 'Nunjucks',
    engine: createNunjucksEngine(options),
    names: new Set([
      ...Object.keys(own.filters),
      ...shared,
      ...sprig.map((name) => `sprig_${name}`),
    ]),
    text: (name: string) => `{{ key("k") | ${name} | length }}`,
  },
  {
    language: 'Go',
    engine: createGoEngine({ ...options, functions: CONSUL_TEMPLATE_FUNCTIONS }),
    names: new Set([...CONSUL_TEMPLATE_FUNCTIONS.keys()].filter((name) => !ELSEWHERE.has(name))),
    text: (name: string) => `{{ with key "k" | ${name} }}x{{ end }}`,
  },
];

describe.each(LANGUAGES)('a long text that somebody else wrote, in $language', (one) => {
  it.each(SEEDS)('takes no function the square of its length: %j', { timeout: 120_000 }, (seed) => {
    const value = `x${seed.repeat(LENGTH / seed.length)}x`;
    const numbers = { CreateIndex: 1, ModifyIndex: 1, LockIndex: 0, Flags: 0 };
    const answer = freezeValue({ Path: 'k', Key: 'k', Value: value, Session: '', ...numbers });
    const recall = (() => ({ state: 'fresh', value: answer })) as unknown as Recall;
    const slow: string[] = [];
    let tried = 0;
    for (const name of one.names) {
      let template;
      try {
        template = one.engine.compile(
          { name: 't', text: one.text(name), folder: '/nowhere' },
          { strict: false, allowControlCharacters: true },
        );
      } catch {
        // It is no filter.
        continue;
      }
      const before = process.cpuUsage();
      template.render(recall);
      tried += 1;
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1000 > MOST_MS) slow.push(name);
    }
    expect(slow).toEqual([]);
    expect(tried).toBeGreaterThan(100);
  });
});

describe('toTitle', () => {
  const words = new Intl.Segmenter('und', { granularity: 'word' });
  const atOnce = (text: string): string =>
    Array.from(words.segment(text), ({ segment }) =>
      segment.replace(/\p{L}/u, (letter) => letter.toUpperCase()),
    ).join('');

  it('finds the same words in a long text as in all of it at once', () => {
    const chance = chanceOf(12);
    const pieces = [
      'a',
      'é',
      "don't ",
      '1.5',
      'b/c',
      ' ',
      '😀',
      '.',
      'x'.repeat(1500),
      '日本',
      '_',
    ];
    for (let round = 0; round < 40; round += 1) {
      const text = Array.from(
        { length: between(chance, 0, 1500) },
        () => pieces[Math.floor(chance() * (chance() < 0.01 ? pieces.length : 8))],
      ).join('');
      expect(toTitle(text)).toBe(atOnce(text));
    }
  });
});

describe('striptags', () => {
  const { filters } = own as { readonly filters: Record<string, (...args: unknown[]) => string> };

  it('gives what the one of Nunjucks gives', () => {
    const chance = chanceOf(11);
    const words = [
      '<',
      '>',
      '<a',
      '<!--',
      '-->',
      'b ',
      '  ',
      '\n',
      '\r\n',
      '</p>',
      '<br/>',
      'x_<i',
      '\t',
      '--',
      '!',
    ];
    for (let round = 0; round < 3000; round += 1) {
      const text = Array.from(
        { length: between(chance, 0, 12) },
        () => words[between(chance, 0, words.length - 1)],
      ).join('');
      for (const keepsLines of [true, false]) {
        expect(stripTags(text, keepsLines), JSON.stringify(text)).toBe(
          filters.striptags?.(text, keepsLines),
        );
      }
    }
  });
});
