import { describe, expect, it } from 'vitest';
import { AutotmplError } from '../../../src/core/errors.ts';
import { complaint, load, NO_FLAGS } from './scratch-configs.ts';

const SOURCE = 'templates: [{source: a.njk, destination: out}]\n';

/** The complaint about one YAML file. */
function about(text: string): Promise<string> {
  return complaint({ 'a.yaml': text });
}

describe('a config that is wrong', () => {
  it('is told all at once, in the order of the text, each with file, line, column and path', async () => {
    const text = [
      'wait: 5',
      'templates:',
      '  - source: a.njk',
      '    destinaton: out',
      '    perms: "9"',
      '  - contents: x',
      '    source: y',
      'colour: red',
    ].join('\n');
    expect((await about(text)).split('\n')).toEqual([
      'the config has 5 errors:',
      '  a.yaml:1:7: wait: expected a quiet period such as "2s" or "2s:10s", found the number 5 (add a unit: "5s" for seconds)',
      '  a.yaml:4:5: templates[0].destinaton: unknown key (did you mean destination?)',
      '  a.yaml:5:12: templates[0].perms: expected octal digits in quotes, such as "0644", found "9"',
      '  a.yaml:6:5: templates[1]: expected exactly one of source and contents, found both (remove one of them)',
      expect.stringMatching(/^ {2}a\.yaml:8:1: colour: unknown key \(known here: /),
    ]);
  });

  it('is told of kinds of queries that nobody has', async () => {
    const text = 'catalog: {consul: {consistencyOf: {servce: stale, key(a): stle}}}\n' + SOURCE;
    expect((await about(text)).split('\n').slice(1)).toEqual([
      '  a.yaml:1:44: catalog.consul.consistencyOf.servce: expected a kind (service, connect, services, node, nodes, key, tree), or KIND(NAME), found "servce"',
      expect.stringContaining('expected one of default, stale, cached, auto, found "stle"'),
    ]);
  });

  it('is told of every file at once', async () => {
    const told = await complaint({
      'a.yaml': 'wait: x',
      'b.json': '{"wait": 1,}',
      'c.toml': 'wait = ',
      'd.yaml': SOURCE,
    });
    expect(told).toMatch(/3 errors:\n {2}a\.yaml:1:7: .*\n {2}b\.json:1:10: .*\n {2}c\.toml:1:\d/);
  });

  it.each(['a.yaml', 'a.json', 'a.toml'])(
    'is told of an empty %s as one without a template',
    async (name) => {
      expect(await complaint({ [name]: '\n' })).toContain('no template in');
    },
  );

  it('ends with the code of a config', async () => {
    await expect(load({ 'a.yaml': 'x: 1' })).rejects.toThrow(AutotmplError);
    await expect(load({ 'a.yaml': 'x: 1' })).rejects.toMatchObject({ code: 'config' });
  });

  it.each([
    ['a.jsonc', '{\n  "templates": [\n    {"source": "a", /* c */ "perms": 420}\n  ]\n}', '3:38'],
    ['a.toml', '[[templates]]\nsource = "a"\n[[templates]]\nsource = "b"\nperms = 420', '5:9'],
    ['a.toml', 'templates = [{source = "a", perms = 420}]', '1:13'],
    ['a.yaml', 'templates:\n- &x {source: a, perms: 420}', '2:25'],
    ['a.yaml', 'templates:\n- {source: a, <<: {perms: 420}}', '2:3'],
  ])('is told where, in %s: %j', async (name, text, place) => {
    expect(await complaint({ [name]: text })).toContain(`${name}:${place}: templates[`);
  });

  it('is told of unknown keys at the key, in TOML and JSON too', async () => {
    expect(await complaint({ 'a.toml': '[log]\nlevel = "info"\n  colour = 1' })).toBe(
      'a.toml:3:3: log.colour: unknown key (known here: level, format, file, syslog)',
    );
    expect(await complaint({ 'a.json': '{"log": {"levle": "info"}}' })).toBe(
      'a.json:1:10: log.levle: unknown key (did you mean level?)',
    );
  });
});

describe('permissions', () => {
  it('as a number are an error that says why', async () => {
    const told = await about('templates: [{source: a, destination: b, perms: 0644}]');
    expect(told).toContain('templates[0].perms: expected octal digits in quotes');
    expect(told).toContain('found the number 644 (write "0644" in quotes: YAML reads a bare 0644');
  });

  it.each(['"0888"', '"644644"', '"rw-r--r--"', '0o644'])('are not %s', async (perms) => {
    expect(await about(`templates: [{source: a, destination: b, perms: ${perms}}]`)).toContain(
      'templates[0].perms: expected octal digits',
    );
  });
});

describe('a template', () => {
  it.each([
    ['{destination: b}', 'expected exactly one of source and contents, found neither'],
    ['{source: a, contents: b}', 'expected exactly one of source and contents, found both'],
    ['{contents: "", destination: b}', 'contents: expected text that is not empty, found ""'],
    ['{source: a, command: x}', 'command: a command needs a destination'],
    ['{source: a, destination: b, command: []}', 'command: expected text for the shell, or a list'],
    ['{source: a, destination: b, command: [nginx, 1]}', 'command: expected text for the shell'],
    ['{source: a, destination: b, command: [""]}', 'command: expected a list whose first word'],
    ['{source: a, destination: b, command: " "}', 'command: expected text for the shell'],
    ['{source: a, destination: b, user: -1}', 'user: expected a name or a number'],
    ['{source: a, destination: b, createDirs: yes}', 'createDirs: expected true or false'],
    ['{source: a, destination: b, wait: "5s:1s"}', 'the second not less than the first'],
    ['{source: a, destination: b, wait: "-1s"}', 'wait: expected a quiet period'],
    ['{source: a, destination: b, commandTimeout: 0s}', 'expected a duration of more than zero'],
    ['{source: a, destination: b, write: inplace}', 'did you mean inPlace?'],
    ['{source: a, destination: ./a}', 'is the template itself'],
    ['{source: a, engine: goo}', 'did you mean go?'],
    ['{source: a, leftDelimiter: "<<"}', 'leftDelimiter: leftDelimiter is for Go templates'],
    ['{contents: a, rightDelimiter: ">>"}', 'is for Go templates, and this is a Nunjucks template'],
    ['{source: a.ctmpl, engine: nunjucks, errorOnMissingKey: true}', 'add engine: go'],
    ['{source: a.tmpl, leftDelimiter: ""}', 'expected text that is not empty'],
    ['{source: a, functionDenylist: plugin}', 'expected a list of names of functions'],
    ['{source: }', 'source: expected text, found nothing (give it a value, or remove the key)'],
    ['[a]', 'templates[0]: expected a map, found a list'],
    ['a', 'templates[0]: expected a map, found "a"'],
  ])('is not %s', async (template, words) => {
    expect(await about(`templates:\n- ${template}`)).toContain(words);
  });

  it('may not share its destination, in another file or by a flag neither', async () => {
    const told = await complaint(
      { 'a.yaml': SOURCE, 'sub/b.yaml': 'templates:\n- {source: b, destination: ../out}' },
      { flags: { ...NO_FLAGS, templates: [{ source: 'c.njk', destination: './out' }] } },
    );
    expect(told).toMatch(
      /sub\/b\.yaml:2:3 templates\[0\]: the destination \/.*\/out is already that of a\.yaml:1:13 templates\[0\]/,
    );
    expect(told).toMatch(/-template c\.njk: the destination .* is already that of a\.yaml:1:13/);
  });

  it('is what a config is for', async () => {
    expect(await complaint({ 'a.yaml': 'wait: 1s', 'b.yaml': '' })).toBe(
      'no template in a.yaml, b.yaml (name one under templates or with -template, or add jobs)',
    );
  });
});

describe('what belongs to a later version', () => {
  it.each([
    ['catalog: {etcd: {}}', 'catalog.etcd: not supported yet'],
    ['catalog: {zookeeper: {}}', 'catalog.zookeeper: not supported yet'],
  ])('is refused by name: %s', async (text, words) => {
    expect(await about(text)).toContain(words);
  });
});

describe('unknown keys', () => {
  it('are told where they belong, or in the words of other programs', async () => {
    expect(await about(`${SOURCE}perms: "0644"`)).toContain('it belongs at templates[].perms');
    expect(await about('templates: [{source: a, create_dirs: true}]')).toContain(
      'did you mean createDirs?',
    );
  });

  it('are told even where they are called like something of every object', async () => {
    expect(await complaint({ 'a.json': '{"__proto__": {}}' })).toContain('__proto__: unknown key');
    expect(await about('constructor: 1')).toContain('constructor: unknown key');
  });
});

describe('the catalog of a config', () => {
  it('is one', async () => {
    expect(await about(`catalog: {file: a, consul: {}}\n${SOURCE}`)).toContain(
      'a.yaml:1:1: catalog: expected one catalog, found consul and file',
    );
  });

  it('has one token', async () => {
    expect(await about(`catalog: {consul: {token: a, tokenFile: b}}\n${SOURCE}`)).toContain(
      'found token and tokenFile',
    );
  });

  it('has both parts of its authentication', async () => {
    expect(await about(`catalog: {consul: {auth: {username: u}}}\n${SOURCE}`)).toContain(
      'catalog.consul.auth.password: missing',
    );
  });

  it.each([
    'catalog: {consul: {token: [hunter2]}}',
    'catalog: {consul: {token: 0, auth: "u:hunter2"}}',
    'catalog: {consul: {auth: {username: u, password: {hunter2: 1}}}}',
    'catalog: {consul: {address: "http://u:hunter2@h"}}',
    'catalog: {consul: "http://u:hunter2@h"}',
    'catalog: {consul: {token: "hunter2}}',
    'catalog: {consul: {token: @hunter2}}',
    'catalog: {consul: {token: !hunter2 x}}',
    'catalog: {consul: {token: *hunter2}}',
    'catalog: {consul: {token: &hunter2}}',
    'catalog: {consul: {<<: hunter2}}',
    'catalog: {consul: {token: "\\hunter2"}}',
    'catalog:\n  consul: |hunter2\n    x',
    'catalog: {consul: {token: hunter2}\n',
  ])('shows no secret in a message: %j', async (text) => {
    const told = await about(text);
    expect(told).toMatch(/^(?:a\.yaml|the config has)/);
    expect(told).not.toContain('hunter2');
  });

  it('shows no secret in a message about TOML or JSON that cannot be parsed', async () => {
    const toml = await complaint({ 'a.toml': '[catalog.consul]\ntoken = "hunter2' });
    expect(toml).toMatch(/^a\.toml:2:\d+: /);
    const json = await complaint({ 'a.json': '{"catalog": {"consul": {"token": "hunter2' });
    expect(json).toMatch(/^a\.json:1:\d+: not JSON: /);
    expect(toml + json).not.toContain('hunter2');
  });
});

describe('a config that cannot be read', () => {
  it.each([
    ['a.yaml', 'wait: 1s\nwait: 2s', 'a.yaml:2:1: not YAML: this key is there twice'],
    ['a.yaml', 'wait: 1s\n---\nwait: 2s', 'a.yaml:2:1: not YAML: a second document'],
    ['a.yaml', 'wait: *nowhere', 'a.yaml:1:1: not YAML: an alias'],
    ['a.yaml', 'templates: !secret x', 'a.yaml:1:12: not YAML: a tag'],
    ['a.yaml', '- a', 'a.yaml:1:1: expected a map at the top, found a list'],
    ['a.json', '{"wait": "1s", "wait": "2s"}', 'a.json:1:16: the key "wait" is there twice'],
    ['a.toml', 'wait = "1s"\nwait = "2s"', 'a.toml:2:'],
    ['a.toml', 'log = 2024-01-01', 'a.toml:1:7: log: expected a map, found a date'],
  ])('is told where: %s with %j', async (name, text, words) => {
    expect(await complaint({ [name]: text })).toContain(words);
  });

  it('is told by its name', async () => {
    expect(await complaint({}, { configPaths: ['nowhere.yaml'] })).toMatch(
      /^nowhere\.yaml: there is no such file/,
    );
    expect(await complaint({ 'a.ini': '' })).toMatch(/^a\.ini: cannot tell what kind of config/);
  });
});
