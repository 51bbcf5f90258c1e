import { describe, expect, it } from 'vitest';

import type { Answer } from '../../../src/catalog/catalog.ts';
import { queryId } from '../../../src/catalog/query.ts';
import { freezeValue, type KeyPair, type Value } from '../../../src/catalog/values.ts';
import { systemClock } from '../../../src/core/time.ts';
import { ViewComparison } from '../../../src/renderer/view-comparison.ts';
import type { Engine, Recall, Rendering, Template } from '../../../src/template/engine.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../src/template/gotemplate/consul-template-functions.ts';
import { createGoEngine } from '../../../src/template/gotemplate/engine.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';
import { WHOLE } from '../../../src/template/reads/reading.ts';
import { between, chanceOf, oneOf, type Chance } from '../../support/chance.ts';

type Answers = Readonly<Record<string, Value>>;

const BASE = { environment: {}, clock: systemClock };
const ENGINES = {
  nunjucks: createNunjucksEngine({ ...BASE, searchPath: [] }),
  go: createGoEngine({ ...BASE, functions: CONSUL_TEMPLATE_FUNCTIONS }),
};

/** The same in both languages. */
const PIECES: Readonly<Record<keyof typeof ENGINES, readonly string[]>> = {
  nunjucks: [
    '{{ key("a") }}',
    '{{ keyOrDefault("a", "none") }}',
    '{{ keyExists("a") }}',
    '{% for p in ls("p") %}{{ p.Key }}={{ p.Value }};{% endfor %}',
    '{% for p in ls("p") %}{{ p.ModifyIndex }}{{ p.Session }};{% endfor %}',
    '{{ ls("p") | length }}',
    '{{ safeLs("p") | toJSON }}',
    '{% for p in tree("p") %}{{ p.Key }}={{ p.Value }};{% endfor %}',
    '{% for p in safeTree("p") %}{{ p.Path }}{{ p.LockIndex }}{% endfor %}',
    '{% for p in ls("p") %}{{ keyOrDefault(p.Path, "?") }}{% endfor %}',
    '{% if keyExists("a") %}{{ ls("p") | length }}{% else %}{{ tree("p") | length }}{% endif %}',
  ],
  go: [
    '{{ key "a" }}',
    '{{ keyOrDefault "a" "none" }}',
    '{{ keyExists "a" }}',
    '{{ range ls "p" }}{{ .Key }}={{ .Value }};{{ end }}',
    '{{ range ls "p" }}{{ .ModifyIndex }}{{ .Session }};{{ end }}',
    '{{ len (ls "p") }}',
    '{{ safeLs "p" | toJSON }}',
    '{{ range tree "p" }}{{ .Key }}={{ .Value }};{{ end }}',
    '{{ range safeTree "p" }}{{ .Path }}{{ .LockIndex }}{{ end }}',
    '{{ range ls "p" }}{{ keyOrDefault .Path "?" }}{{ end }}',
    '{{ if keyExists "a" }}{{ len (ls "p") }}{{ else }}{{ len (tree "p") }}{{ end }}',
  ],
};

const NAMES = ['', 'one', 'two', 'three/', 'three/deep', 'three/deeper/still', 'four/x'];

const pair = (chance: Chance, path: string, key: string): KeyPair => ({
  Path: path,
  Key: key,
  Value: oneOf(chance, ['', 'x', 'y']),
  CreateIndex: 1,
  ModifyIndex: between(chance, 1, 3),
  LockIndex: between(chance, 0, 1),
  Flags: between(chance, 0, 1),
  Session: oneOf(chance, ['', 's']),
});

function answersOf(chance: Chance): Answers {
  const known: Record<string, Value> = {};
  for (const path of ['a', ...NAMES.map((name) => `p/${name}`)]) {
    known[`key(${path})`] = chance() < 0.2 ? null : pair(chance, path, path);
  }
  known['tree(p)'] = NAMES.filter(() => chance() < 0.7).map((name) =>
    pair(chance, `p/${name}`, name),
  );
  return freezeValue(known);
}

/** One answer is different, mostly a little. */
function changed(chance: Chance, answers: Answers, id: string): Answers {
  const before = answers[id] ?? null;
  return freezeValue({ ...answers, [id]: changedValue(chance, before as Part) });
}

type Part = KeyPair | readonly KeyPair[] | null;

function changedValue(chance: Chance, value: Part): Part {
  if (Array.isArray(value)) return changedList(chance, value as readonly KeyPair[]);
  if (value === null || chance() < 0.1) return chance() < 0.5 ? null : pair(chance, 'a', 'a');
  return changedPair(chance, value as KeyPair);
}

function changedList(chance: Chance, pairs: readonly KeyPair[]): readonly KeyPair[] {
  if (chance() < 0.2) return pairs.slice(1);
  const at = between(chance, 0, pairs.length - 1);
  return pairs.map((one, index) => (index === at ? changedPair(chance, one) : one));
}

function changedPair(chance: Chance, one: KeyPair): KeyPair {
  const field = oneOf(chance, ['Value', 'ModifyIndex', 'LockIndex', 'Flags', 'Session'] as const);
  const value = { Value: `${one.Value}z`, Session: `${one.Session}z` }[field as string];
  return { ...one, [field]: value ?? Number(one[field]) + 1 };
}

function compile(engine: Engine, text: string): Template {
  return engine.compile(
    { name: 't', text, folder: '/' },
    { strict: true, allowControlCharacters: false },
  );
}

function render(template: Template, answers: Answers): Rendering {
  const recall = ((query) => {
    const value = answers[queryId(query)];
    return value === undefined ? undefined : ({ state: 'fresh', value } satisfies Answer);
  }) as Recall;
  return template.render(recall);
}

const seen = ({ text, missing, error }: Rendering) => ({
  text,
  missing: [...missing.keys()],
  error: error?.message,
});

describe.each(Object.keys(ENGINES) as (keyof typeof ENGINES)[])(
  'what a %s template has of answers',
  (language) => {
    const engine = ENGINES[language];

    it('is all that its text depends on', () => {
      const chance = chanceOf(11);
      const counts = { skipped: 0, same: 0, other: 0 };
      for (let turn = 0; turn < 1500; turn += 1) {
        const text = Array.from({ length: between(chance, 1, 3) }, () =>
          oneOf(chance, PIECES[language]),
        ).join('/');
        const before = answersOf(chance);
        const template = compile(engine, text);
        const first = render(template, before);
        const after = changed(chance, before, oneOf(chance, [...first.used.keys()]));
        const second = render(template, after);
        const comparison = new ViewComparison();
        const isSkipped = [...first.used.keys()].every((id) => {
          const [old, now] = [before[id], after[id]];
          if (old === now || old === undefined || now === undefined) return old === now;
          const had = first.had.get(id);
          return had !== undefined && comparison.areSame(had, template.reads(had.kind), old, now);
        });
        if (isSkipped) expect(seen(second), text).toEqual(seen(first));
        const isSame = JSON.stringify(seen(first)) === JSON.stringify(seen(second));
        counts[isSkipped ? 'skipped' : isSame ? 'same' : 'other'] += 1;
      }
      // Neither half of it is empty.
      expect(counts.skipped).toBeGreaterThan(200);
      expect(counts.other).toBeGreaterThan(200);
    });

    it('is everything where it says what time it is', () => {
      const piece = PIECES[language][0] ?? '';
      const time = language === 'go' ? '{{ timestamp }}' : '{{ timestamp() }}';
      const answers = answersOf(chanceOf(1));
      expect(render(compile(engine, piece), answers).had.size).toBe(1);
      expect(render(compile(engine, piece + time), answers).had.size).toBe(0);
    });
  },
);

it('is compared once for all that have and read the same of the same two answers', () => {
  let looks = 0;
  const views = [(): number => (looks += 0.5) && 0];
  const had = { kind: 'key', views } as const;
  const comparison = new ViewComparison();
  const [one, other, third] = [freezeValue([]), freezeValue([]), freezeValue([])];
  for (let time = 0; time < 3; time += 1) comparison.areSame(had, WHOLE, one, other);
  expect(looks).toBe(1);
  comparison.areSame(had, WHOLE, third, other);
  expect(looks).toBe(2);
  comparison.areSame(had, { isSame: (a, b) => a === b }, third, other);
  expect(looks).toBe(3);
});
