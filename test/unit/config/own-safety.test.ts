import { describe, expect, it } from 'vitest';
import { complaint, load } from './scratch-configs.ts';

const BASE = 'source: a.njk, destination: out';

async function targetOf(keys: string, more = '') {
  const { settings } = await load({ 'a.yaml': `templates: [{${BASE}, ${keys}}]\n${more}` });
  return settings.targets[0];
}

describe('what keeps a file safe', () => {
  it('is read as the example of the manual has it', async () => {
    const target = await targetOf(
      'format: nginx, check: [nginx, -t, -c, "{{ staged }}"], command: nginx -s reload, ' +
        'probe: {http: "http://127.0.0.1/health", within: 3s}, onFailure: rollback, fileGroup: web, ' +
        'onDrift: restore, reload: {lock: nginx-reload, limit: 2, splay: 5s, without: go}, ' +
        'guard: {neverEmpty: [sales], minInstances: {sales: 2}, maxRemovedPercent: 50, ' +
        'removeAfter: 10s, maxChanges: 10/1h, holdFor: 10m}',
    );
    expect(target).toMatchObject({
      format: 'nginx',
      check: { command: ['nginx', '-t', '-c', '{{ staged }}'], timeoutMs: 30_000 },
      probe: { probe: { kind: 'http', url: 'http://127.0.0.1/health' }, withinMs: 3000 },
      onFailure: 'rollback',
      fileGroup: 'web',
      onDrift: 'restore',
      rolling: { lock: 'nginx-reload', limit: 2, splayMs: 5000, without: 'go' },
    });
    expect(target?.guard).toEqual({
      neverEmpty: ['sales'],
      minInstances: new Map([['sales', 2]]),
      maxRemovedPercent: new Map([['*', 50]]),
      removeAfterMs: new Map([['*', 10_000]]),
      maxChanges: { count: 10, withinMs: 3_600_000 },
      holdForMs: 600_000,
    });
  });

  it('is nothing where nobody asks for it', async () => {
    const target = await targetOf('perms: "0600"');
    expect(target).not.toHaveProperty('guard');
    expect(target).not.toHaveProperty('check');
  });

  it('tells what a template’s guards share with all others, whose names it need not ask for', async () => {
    const guard = 'guard: {neverEmpty: [sales], maxRemovedPercent: 30}\n';
    const shared = async (own: string) => (await targetOf(own, guard))?.guard?.shared;
    expect(await shared('perms: "0600"')).toEqual(new Set(['neverEmpty', 'maxRemovedPercent']));
    expect(await shared('guard: {neverEmpty: [customers]}')).toEqual(
      new Set(['maxRemovedPercent']),
    );
    expect((await targetOf('guard: {neverEmpty: [customers]}'))?.guard).not.toHaveProperty(
      'shared',
    );
  });

  it('has guards of all templates, of which a template may say each anew', async () => {
    const guard = 'guard: {neverEmpty: [sales], maxRemovedPercent: 30}\n';
    expect((await targetOf('guard: {maxRemovedPercent: 80}', guard))?.guard).toMatchObject({
      neverEmpty: ['sales'],
      maxRemovedPercent: new Map([['*', 80]]),
    });
  });

  it.each([
    ['http: "http://localhost/x"', { kind: 'http', url: 'http://localhost/x' }],
    ['tcp: "127.0.0.1:80"', { kind: 'tcp', address: '127.0.0.1:80' }],
    ['command: [curl, x]', { kind: 'command', command: ['curl', 'x'] }],
    ['exec: curl x', { kind: 'command', command: 'curl x' }],
  ])('probes by %s, within five seconds', async (probe, kind) => {
    expect((await targetOf(`command: x, probe: {${probe}}`))?.probe).toEqual({
      probe: kind,
      withinMs: 5000,
    });
  });

  it.each([
    ['guard: {maxRemovedPercent: 101}', 'a number from 0 to 100'],
    ['guard: {minInstances: 0}', 'a whole number of at least 1'],
    ['guard: {maxChanges: 10/0s}', 'a number of changes and a time, such as "10/1h"'],
    ['guard: {maxChanges: often}', 'a number of changes and a time, such as "10/1h"'],
    [
      'guard: {minInstances: {a: 0}}',
      'guard.minInstances.a: expected a whole number of at least 1',
    ],
    [
      'guard: {minInstances: {a: two}}',
      'guard.minInstances.a: expected a whole number of at least',
    ],
    [
      'guard: {maxRemovedPercent: {"*": 5%}}',
      'guard.maxRemovedPercent."*": expected a number from 0',
    ],
    ['guard: {removeAfter: {a: 10}}', 'guard.removeAfter.a: expected a duration such as'],
    ['guard: {removeAfter: [10s]}', 'guard.removeAfter: expected one for all, or a map'],
    ['guard: {minInstances: [2]}', 'guard.minInstances: expected one for all, or a map'],
    ['guard: {removeAfter: 5}', 'a duration such as "10s"'],
    ['format: csv', 'one of json, yaml, toml, ini, xml, nginx'],
    ['command: x, onFailure: retry', 'one of keep, rollback, exit'],
    ['probe: {http: "http://x"}', 'probe needs a command'],
    ['reload: {lock: a}', 'reload needs a command'],
    ['command: x, reload: {limit: 2}', 'reload.lock'],
    [
      'command: x, probe: {within: 1s}',
      'expected exactly one of http, tcp and command, found none',
    ],
    ['command: x, probe: {tcp: "a:1", exec: b}', 'found tcp and exec'],
    [
      'fileGroup: web, write: inPlace',
      'a file that is written in place cannot be replaced together with others',
    ],
  ])('is refused where it makes no sense: %s', async (keys, words) => {
    expect(await complaint({ 'a.yaml': `templates: [{${BASE}, ${keys}}]` })).toContain(words);
  });

  it('is refused in the guards of all templates, too', async () => {
    const told = await complaint({
      'a.yaml': `templates: [{${BASE}}]\nguard: {minInstances: [2]}`,
    });
    expect(told).toContain('guard.minInstances: expected one for all, or a map by service');
  });

  it.each([
    ['command: x', 'command: x, onFailure: rollback'],
    ['command: y, onFailure: rollback', 'command: x, onFailure: rollback'],
  ])('keeps a group together where it is rolled back: %s and %s', async (one, other) => {
    const entries = [`${BASE}, fileGroup: web, ${one}`, `${BASE}, fileGroup: web, ${other}`];
    const told = await complaint({ 'a.yaml': `templates: [{${entries.join('}, {')}}]` });
    expect(told).toContain('the files of a group are rolled back together');
  });

  it('needs a file to be about', async () => {
    const told = await complaint({ 'a.yaml': 'templates: [{source: a.njk, check: x, guard: {}}]' });
    expect(told).toContain('templates[0].check: check needs a destination');
    expect(told).toContain('templates[0].guard: guard needs a destination');
  });
});

describe('what is kept over restarts', () => {
  it('is nothing where nobody says so', async () => {
    expect((await load({ 'a.yaml': `templates: [{${BASE}}]` })).settings).not.toHaveProperty(
      'state',
    );
  });

  it('lies in the folder that the config names, from where the config is', async () => {
    const { settings } = await load({ 'a.yaml': `templates: [{${BASE}}]\nstate: kept` });
    expect(settings.state).toMatch(/^\/.*\/kept$/);
  });

  it('has a folder of its own where a start may need it', async () => {
    const { settings } = await load({ 'a.yaml': `templates: [{${BASE}}]\nstartWith: lastGood` });
    expect(settings).toMatchObject({ state: '/var/lib/autotmpl', startsWithLastGood: true });
  });
});
