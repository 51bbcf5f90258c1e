import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { queryId, type Query } from '../../../src/catalog/query.ts';
import type { Value } from '../../../src/catalog/values.ts';
import { systemClock } from '../../../src/core/time.ts';
import { ViewComparison } from '../../../src/renderer/view-comparison.ts';
import type { Engine, Recall, Rendering, Template } from '../../../src/template/engine.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../src/template/gotemplate/consul-template-functions.ts';
import { createGoEngine } from '../../../src/template/gotemplate/engine.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';
import { chanceOf, oneOf } from '../../support/chance.ts';
import { changedAnswer, randomAnswer } from '../../support/random-data.ts';
import { INCLUDED, readingTemplate } from '../../support/reading-templates.ts';

const TURNS = 1500;
const BASE = { environment: {}, clock: systemClock };
const folder = mkdtempSync(join(tmpdir(), 'autotmpl-reads-'));
const ENGINES = {
  nunjucks: createNunjucksEngine({ ...BASE, searchPath: [folder] }),
  go: createGoEngine({ ...BASE, functions: CONSUL_TEMPLATE_FUNCTIONS }),
};

beforeAll(() => {
  for (const [name, text] of Object.entries(INCLUDED)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A catalog that says something at random of whatever it is asked, and the same again. */
class RandomCatalog {
  readonly answers = new Map<string, Value>();
  readonly #seed: number;

  constructor(seed: number, answers: ReadonlyMap<string, Value> = new Map()) {
    this.#seed = seed;
    this.answers = new Map(answers);
  }

  readonly recall = ((query: Query) => {
    const id = queryId(query);
    let value = this.answers.get(id);
    if (value === undefined) {
      const seed = [...id].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), this.#seed);
      value = randomAnswer(chanceOf(seed), query);
      this.answers.set(id, value);
    }
    return { state: 'fresh', value };
  }) as Recall;

  /** The same one, with another answer. */
  with(id: string, value: Value): RandomCatalog {
    return new RandomCatalog(this.#seed, new Map(this.answers).set(id, value));
  }
}

const seen = ({ text, error, used, missing, leftOut, said, secrets }: Rendering) => ({
  text,
  error: error?.message,
  used: [...used.keys()],
  missing: [...missing.keys()],
  leftOut,
  said,
  secrets: [...secrets],
});

function compiled(engine: Engine, text: string, strict: boolean): Template | undefined {
  try {
    return engine.compile({ name: 't', text, folder }, { strict, allowControlCharacters: false });
  } catch {
    return undefined;
  }
}

function isSkipped(template: Template, first: Rendering, id: string, two: [Value, Value]): boolean {
  const had = first.had.get(id);
  if (had === undefined) return false;
  return new ViewComparison().areSame(had, template.reads(had.kind), ...two);
}

describe.each(Object.keys(ENGINES) as (keyof typeof ENGINES)[])(
  'what a %s template reads of answers',
  (language) => {
    it('is all that its text depends on', { timeout: 120_000 }, () => {
      const chance = chanceOf(5);
      const counts = { skipped: 0, same: 0, other: 0 };
      for (let turn = 0; turn < TURNS; turn += 1) {
        const text = readingTemplate(chance, language);
        const catalog = new RandomCatalog(turn);
        const template = compiled(ENGINES[language], text, chance() < 0.2);
        const first = template?.render(catalog.recall);
        if (template === undefined || first?.text === undefined || first.used.size === 0) continue;
        for (let change = 0; change < 6; change += 1) {
          const id = oneOf(chance, [...first.used.keys()]);
          const before = catalog.answers.get(id) ?? null;
          const after = changedAnswer(chance, before);
          const skipped = isSkipped(template, first, id, [before, after]);
          const second = template.render(catalog.with(id, after).recall);
          const [one, other] = [seen(first), seen(second)];
          if (skipped) {
            expect(other, `${turn}: ${text}\n${JSON.stringify([before, after])}`).toEqual(one);
          }
          const isSame = JSON.stringify(one) === JSON.stringify(other);
          counts[skipped ? 'skipped' : isSame ? 'same' : 'other'] += 1;
        }
      }
      // Neither half of it is empty.
      expect(counts.skipped).toBeGreaterThan(1000);
      expect(counts.other).toBeGreaterThan(200);
    });
  },
);
