import { describe, expect, it } from 'vitest';

import { nginxDirectives } from '../support/config-structure.ts';
import { fuzzData, SUBJECTS, type Subject } from '../support/data-fuzz.ts';
import { TAG } from '../support/hostile-data.ts';

/** Long enough for some thousand hostile entries, each with a dozen hostile texts. */
const FOR_MS = 4000;
const SEED = 1;

const until = (ms: number) => {
  const end = performance.now() + ms;
  return () => performance.now() > end;
};

describe('the shipped templates, judged by the programs that read their files', () => {
  it.each(SUBJECTS.map((subject) => [subject.name, subject] as const))(
    '%s says the same with hostile data as without, and loses nobody else’s entry',
    (_name, subject) => {
      const report = fuzzData(SEED, until(FOR_MS / SUBJECTS.length), [subject]);
      expect(report.findings).toEqual([]);
      expect(report.judged).toBeGreaterThan(0);
    },
  );
});

describe('the judges', () => {
  const nginx = SUBJECTS[0] as Subject;
  const findings = (subject: Subject) =>
    fuzzData(SEED, (worlds) => worlds >= 20, [subject]).findings;

  it('find a template that prints what is registered as it is', () => {
    const text = `events {} http { {% for s in service("sales") %}upstream u{{ loop.index }} { server {{ s.Address }}:{{ s.Port }}; }
{% endfor %} }`;
    expect(findings({ ...nginx, template: { text } }).length).toBeGreaterThan(0);
  });

  it('find a template that one registration stops', () => {
    const text = `events {} http { {% for s in services() %}{% if "${TAG}" in s.Tags %}# {{ s.Name | host }}
{% endif %}{% endfor %} }`;
    expect(findings({ ...nginx, template: { text } })[0]).toContain('no file: ');
  });

  it('find a shell file whose values are not quoted', () => {
    const env = SUBJECTS.find(({ name }) => name.includes('/env/')) as Subject;
    const text = '{% for p in tree("config") %}{{ p.Key | toUpper }}="{{ p.Value }}"\n{% endfor %}';
    expect(findings({ ...env, template: { text } }).length).toBeGreaterThan(0);
  });

  it('read nginx as nginx does', () => {
    expect(nginxDirectives(`a "b;" 'c}' d#e;#f\nblock { x\\;y "\\""; }`)).toEqual([
      '["a","b;","c}","d#e"];',
      '["block"]{',
      '  ["x\\\\;y","\\\\\\""];',
    ]);
  });
});
