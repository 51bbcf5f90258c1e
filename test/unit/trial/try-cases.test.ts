import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaseFolder, complaints } from './case-files.ts';

describe('a case', () => {
  let folder: CaseFolder;
  beforeEach(() => (folder = new CaseFolder()));
  afterEach(() => folder.close());

  it('is given the answers to nested queries at once, in both languages', async () => {
    folder.write('a.njk', '{% for s in services() %}{{ service(s.Name)[0].Port }}{% endfor %}');
    folder.write(
      'a.ctmpl',
      '{{ range services }}{{ range service .Name }}{{ .Port }}{{ end }}{{ end }}',
    );
    const facts = 'catalog: {services: {web: [{port: 80}], db: [{port: 54}]}}';
    for (const template of ['a.njk', 'a.ctmpl']) {
      const results = await folder.try(
        'x.test.yaml',
        `template: ${template}\ncases: [{name: x, expect: "5480", ${facts}}]`,
      );
      expect(complaints(results)).toEqual([]);
    }
  });

  it('sees its own environment, time and files, and nothing of the machine', async () => {
    folder.write('beside.txt', 'beside');
    const results = await folder.try(
      'x.test.yaml',
      `contents: '{{ env("A") }}|{{ env("PATH") }}|{{ timestamp() }}|{{ file("given.txt") }}|{{ file("beside.txt") }}'
cases:
  - name: with all
    env: {A: a}
    now: 2026-01-31T12:00:00Z
    files: {given.txt: given}
    expect: 'a||2026-01-31T12:00:00Z|given|beside'
  - {name: without, contents: '{{ file("/etc/hostname") }}', missing: file(/etc/hostname)}`,
    );
    expect(complaints(results)).toEqual([]);
  });

  it('takes whole answers for what a catalog document has no words for', async () => {
    const results = await folder.try(
      'x.test.yaml',
      `contents: '{{ secret("secret/db").Data.password }} {{ plugin("./x.sh", "arg") }}'
cases:
  - name: x
    catalog:
      answers:
        vaultRead(secret/db): {Data: {password: p}, LeaseDuration: 0}
        plugin(./x.sh): {output: printed}
    expect: p printed`,
    );
    expect(complaints(results)).toEqual([]);
  });

  it('tries the target of a config with what the config says of it', async () => {
    folder.write('parts/part.njk', 'part');
    folder.write(
      'autotmpl.yaml',
      `searchPath: [parts]
templates:
  - {contents: '{% include "part.njk" %} {{ nothing }}', destination: /etc/a.conf, strict: false, check: [grep, -q, part, '{{ staged }}']}
  - {contents: '{{ nothing }}', destination: /etc/b.conf}`,
    );
    const results = await folder.try(
      'x.test.yaml',
      `config: autotmpl.yaml
cases:
  - {name: a, target: /etc/a.conf, expect: 'part ', check: true}
  - {name: b, target: /etc/b.conf, error: nothing}`,
    );
    expect(complaints(results)).toEqual([]);
    await expect(
      folder.try('y.test.yaml', 'config: autotmpl.yaml\ntarget: c\ncases: [{name: a, expect: x}]'),
    ).rejects.toThrow('y.test.yaml:2:9: the config has no target c');
  });

  it.each([
    ['expect: b', '3:27 the text differs (- expected, + rendered)'],
    ['contains: b', '3:29 the text does not contain "b"'],
    ['contains: [a, b]', '3:33 the text does not contain "b"'],
    ['notContains: a', '3:32 the text contains "a", in line 1'],
    ['matches: ^b$', '3:28 the text does not match /^b$/mu'],
    ['notMatches: "[a]"', '3:31 the text matches /[a]/mu: "a", in line 1'],
    [
      'snapshot: none',
      '3:29 there is no file none to compare with (a snapshot is written with -update)',
    ],
    ['equalsFile: other', '3:31 the text differs (- expected, + rendered)'],
    ['error: x', '3:26 an error was expected, and it renders'],
    ['missing: key(x)', '3:28 it was to wait for key(x), and it renders'],
    ['check: "exit 3"', '3:26 the check exit 3 refuses the text'],
    ['format: json', /^3:27 the text is no json: .*, in line 1, column 1$/],
    ['check: true', '3:26 stdout (a.njk) has no check in its config'],
    [
      'expect: a, template: key.njk',
      '3:5 there is no text: it waits for key(none) (key.njk:1:7): it does not exist',
    ],
    [
      'missing: key(x), template: key.njk',
      '3:28 it was to wait for key(x), and waits for key(none)',
    ],
    ['expect: a, template: broken.njk', /^3:5 there is no text: it fails: broken\.njk:1:4: /],
    [
      'error: other, template: broken.njk',
      /^3:26 the template fails with another error: broken\.njk/,
    ],
  ])('that is not met says why, where it stands: %s', async (expected, message) => {
    folder.write('a.njk', 'a');
    folder.write('key.njk', '{{ key("none") }}');
    folder.write('broken.njk', '{{ nothing }}');
    folder.write('other', 'b');
    const results = await folder.try(
      'x.test.yaml',
      `template: a.njk\ncases:\n  - { name: case, ${expected} }`,
    );
    expect(complaints(results)).toEqual([expect.stringMatching(escaped(message)) as unknown]);
  });

  it('that is met passes by the same words', async () => {
    folder.write('same', 'a');
    const results = await folder.try(
      'x.test.yaml',
      `contents: a
cases:
  - {name: 1, expect: a, contains: a, notContains: b, matches: ^a$, notMatches: b}
  - {name: 2, snapshot: same, equalsFile: same, check: "grep -q a {{ staged }}", format: yaml}
  - {name: 3, contents: '{{ nothing }}', error: nothing}
  - {name: 4, contents: '{{ key("x") }}', missing: key(x)}`,
    );
    expect(complaints(results)).toEqual([]);
  });

  it('shows no secret in a difference', async () => {
    const [result] = await folder.try(
      'x.test.yaml',
      `contents: '{{ key("password") | secret }}'
cases: [{name: x, expect: other, contains: other, catalog: {keys: {password: hunter2!}}}]`,
    );
    expect(result?.complaints).toHaveLength(2);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('has its texts written anew where that is asked for, and passes from then on', async () => {
    const text = `contents: "new\\n"\ncases:\n  - name: one\n    expect: |\n      old\n  - {name: two, snapshot: snapshots/two.txt}\n`;
    const results = await folder.try('x.test.yaml', text, { updates: true });
    expect(results.map(({ updated, complaints: { length } }) => [updated, length])).toEqual([
      [true, 0],
      [true, 0],
    ]);
    expect(readFileSync(join(folder.path, 'snapshots/two.txt'), 'utf8')).toBe('new\n');
    const written = readFileSync(join(folder.path, 'x.test.yaml'), 'utf8');
    expect(written).toBe(text.replace('      old', '      new'));
    expect(complaints(await folder.try('x.test.yaml', written))).toEqual([]);
  });
});

function escaped(message: string | RegExp): RegExp {
  return typeof message === 'string'
    ? new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
    : message;
}
