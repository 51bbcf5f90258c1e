import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCases } from '../../../src/trial/read-cases.ts';
import { CaseFolder } from './case-files.ts';

describe('a case file', () => {
  let folder: CaseFolder;
  beforeEach(() => (folder = new CaseFolder()));
  afterEach(() => folder.close());

  const read = (text: string, name = 'a.conf.test.yaml') =>
    readCases(name, folder.write(name, text));

  it.each([
    ['a.conf.test.yaml', 'a.conf.njk'],
    ['a.conf.njk.test.yaml', 'a.conf.njk'],
    ['a.conf.test.yml', 'a.conf.ctmpl'],
  ])('called %s is for %s beside it', async (name, template) => {
    const path = folder.write(template, '');
    const { cases } = await read('cases: [{name: x, expect: ""}]', name);
    expect(cases[0]?.subject).toEqual({ kind: 'template', path });
  });

  it('merges the catalog of a case into that of the defaults, name by name', async () => {
    folder.write('facts.yaml', 'keys: {a: file, b: file}');
    const { cases } = await read(
      `contents: x
defaults: {catalogFile: facts.yaml, catalog: {keys: {b: defaults, c: defaults}}, env: {A: "1", B: "1"}}
cases: [{name: x, expect: x, catalog: {keys: {c: case}}, env: {B: "2"}, now: "2026-01-31T12:00:00Z"}]`,
    );
    const facts = cases[0]?.facts;
    expect(Object.fromEntries(facts?.catalog.keys ?? [])).toEqual({
      ...{ a: 'file', b: 'defaults', c: 'case' },
    });
    expect(facts?.env).toEqual({ A: '1', B: '2' });
    expect(facts?.nowMs).toBe(Date.UTC(2026, 0, 31, 12));
  });

  it.each([
    ['casess: []', /:1:1: the case file has no field "casess" \(did you mean cases\?/],
    ['contents: x\ncases: []', /:1:1: the case file has no cases/],
    [
      'contents: x\ncases: [{name: a, contians: b}]',
      /:2:19: a case has no field "contians" \(did you mean contains\?/,
    ],
    ['contents: x\ncases:\n  - expect: x', /:3:5: a case must have a name/],
    ['contents: x\ncases:\n  - name: a', /:3:5: a case that expects nothing cannot fail/],
    ['contents: x\ncases: [{name: a, expect: x}, {name: a, expect: y}]', /two cases called "a"/],
    ['contents: x\ncases: [{name: a, error: x, expect: y}]', /error or expect, not both/],
    ['contents: x\ncases: [{name: a, error: x, missing: y}]', /error or missing, not both/],
    [
      'contents: x\ntemplate: y\ncases: [{name: a, expect: x}]',
      /one of template, contents and target/,
    ],
    ['target: x\ncases: [{name: a, expect: x}]', /target needs the config/],
    ['config: x\ncases: [{name: a, expect: x}]', /config needs the target/],
    ['template: none.njk\ncases: [{name: a, expect: x}]', /:1:11: there is no template none\.njk/],
    ['cases: [{name: a, expect: x}]', /there is no template a\.conf or a\.conf\.njk beside it/],
    [
      'contents: x\ncases: [{name: a, matches: "("}]',
      /:2:28: a case: matches: Invalid regular expression/,
    ],
    ['contents: x\ncases: [{name: a, contains: ""}]', /contains must not be empty/],
    ['contents: x\ncases: [{name: a, expect: x, now: noon}]', /must be a time such as/],
    [
      'contents: x\ncases: [{name: a, expect: x, now: 2026-01-31T12:00:00}]',
      /must be a time such as/,
    ],
    [
      'contents: x\ncases: [{name: a, expect: x, catalog: {servics: {}}}]',
      /did you mean services\?/,
    ],
    [
      'contents: x\ncases: [{name: a, expect: x, catalogFile: none.yaml}]',
      /none\.yaml: there is no such file/,
    ],
    ['contents: [', /:1:\d+: /],
  ])('is refused with its place: %s', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('names the catalog file that is wrong, and not itself', async () => {
    const path = folder.write('facts.yaml', '\nkeis: {}');
    await expect(
      read('contents: x\ncases: [{name: a, expect: x, catalogFile: facts.yaml}]'),
    ).rejects.toThrow(`${path}:2:1: the catalog has no field "keis" (did you mean keys?`);
  });
});
