import { describe, expect, it } from 'vitest';
import type { NomadVariable } from '../../../../src/catalog/nomad-facts.ts';
import type { Query } from '../../../../src/catalog/query.ts';
import { freezeValue, type Value } from '../../../../src/catalog/values.ts';
import { callWith, missing, notesFor } from './known-facts.ts';

const VARIABLE: NomadVariable = freezeValue({
  Namespace: 'default',
  Path: 'nomad/jobs/web',
  CreateIndex: 7,
  ModifyIndex: 9,
  CreateTime: '1700000000000000001',
  ModifyTime: '1700000000000000002',
  Items: { password: 'hunter22', user: 'web-user' },
});
const QUERY = { kind: 'nomadVar', path: 'nomad/jobs/web' } as const;

const knowing = (query: Query, value: Value) => notesFor({ answers: [[query, value]] });

describe('nomadVar', () => {
  it('gives the items, which alone are listed', () => {
    const items = callWith(knowing(QUERY, VARIABLE), 'nomadVar', '/nomad/jobs/web');
    expect(JSON.stringify(items)).toBe('{"password":"hunter22","user":"web-user"}');
  });

  it('has keys, values and tuples in order, and leads to the variable', () => {
    const items = callWith(knowing(QUERY, VARIABLE), 'nomadVar', 'nomad/jobs/web') as Record<
      string,
      unknown
    >;
    expect(items['Keys']).toEqual(['password', 'user']);
    expect(items['Values']).toEqual(['hunter22', 'web-user']);
    expect(items['Tuples']).toEqual([
      { K: 'password', V: 'hunter22' },
      { K: 'user', V: 'web-user' },
    ]);
    expect(items['Metadata']).toMatchObject({
      Path: 'nomad/jobs/web',
      CreateTime: '1700000000000000001',
    });
    expect(items['Parent']).toBe(VARIABLE);
  });

  it('keeps an item that is called like one of these', () => {
    const variable = freezeValue({ ...VARIABLE, Items: { Keys: 'mine' } });
    expect(callWith(knowing(QUERY, variable), 'nomadVar', 'nomad/jobs/web')).toMatchObject({
      Keys: 'mine',
    });
  });

  it('marks its items', () => {
    const notes = knowing(QUERY, VARIABLE);
    callWith(notes, 'nomadVar', 'nomad/jobs/web');
    expect([...notes.rendering({ text: '' }).secrets]).toEqual(['hunter22', 'web-user']);
  });

  it('waits until it is there; nomadVarExists does not', () => {
    const notes = knowing(QUERY, null);
    callWith(notes, 'nomadVar', 'nomad/jobs/web');
    expect(missing(notes)).toEqual(['nomadVar(nomad/jobs/web) absent']);
    const asked = knowing(QUERY, null);
    expect(callWith(asked, 'nomadVarExists', 'nomad/jobs/web')).toBe(false);
    expect(missing(asked)).toEqual([]);
    expect(callWith(knowing(QUERY, VARIABLE), 'nomadVarExists', 'nomad/jobs/web')).toBe(true);
  });

  it.each([
    ['a/b@team', { path: 'a/b', namespace: 'team' }],
    ['a/b@team.eu-west', { path: 'a/b', namespace: 'team', region: 'eu-west' }],
    ['a~b', { path: 'a~b' }],
  ])('reads %s', (path, query) => {
    const notes = knowing({ kind: 'nomadVar', ...query }, VARIABLE);
    callWith(notes, 'nomadVar', path);
    expect(missing(notes)).toEqual([]);
  });

  it.each(['', '/', 'a b', 'a@', 'a@x@y'])('refuses %j', (path) => {
    expect(() => callWith(notesFor(), 'nomadVar', path)).toThrow(/^nomadVar: its/);
  });
});

describe('nomadVarList', () => {
  const { Namespace, Path, CreateIndex, ModifyIndex, CreateTime, ModifyTime } = VARIABLE;
  const meta = { Namespace, Path, CreateIndex, ModifyIndex, CreateTime, ModifyTime };

  it('lists below a prefix, or all', () => {
    const all = knowing({ kind: 'nomadVarList', prefix: '' }, [meta]);
    expect(callWith(all, 'nomadVarList')).toEqual([meta]);
    const some = knowing({ kind: 'nomadVarList', prefix: 'nomad/', namespace: 'n' }, [meta]);
    expect(callWith(some, 'nomadVarList', 'nomad/@n')).toEqual([meta]);
  });

  it('is empty where there is nothing, and its safe sister waits', () => {
    const notes = knowing({ kind: 'nomadVarList', prefix: 'x' }, []);
    expect(callWith(notes, 'nomadVarList', 'x')).toEqual([]);
    expect(missing(notes)).toEqual([]);
    expect(callWith(notes, 'nomadVarListSafe', 'x')).toEqual([]);
    expect(missing(notes)).toEqual(['nomadVarList(x) absent']);
  });
});

describe('nomadService', () => {
  it.each<[unknown[], Query]>([
    [['web'], { kind: 'nomadService', name: 'web' }],
    [
      ['v2.web?ns=team@eu'],
      { kind: 'nomadService', name: 'web', tag: 'v2', namespace: 'team', region: 'eu' },
    ],
    [[2, 'key', 'web'], { kind: 'nomadService', name: 'web', choose: { count: 2, key: 'key' } }],
    [[2n, 'key', 'web'], { kind: 'nomadService', name: 'web', choose: { count: 2, key: 'key' } }],
  ])('asks for %o', (args, query) => {
    const notes = knowing(query, []);
    expect(callWith(notes, 'nomadService', ...args)).toEqual([]);
    expect(missing(notes)).toEqual([]);
  });

  it.each([[[]], [[2, 'web']], [[0, 'key', 'web']], [['a b']], [[1.5, 'key', 'web']]])(
    'refuses %j',
    (args) => {
      expect(() => callWith(notesFor(), 'nomadService', ...(args as unknown[]))).toThrow(
        /^nomadService: /,
      );
    },
  );
});

describe('nomadServices', () => {
  it('lists all, of a namespace and a region', () => {
    const services = [{ Name: 'web', Tags: [] }];
    expect(callWith(knowing({ kind: 'nomadServices' }, services), 'nomadServices')).toEqual(
      services,
    );
    const elsewhere = knowing({ kind: 'nomadServices', namespace: '*', region: 'eu' }, services);
    expect(callWith(elsewhere, 'nomadServices', '?ns=*@eu')).toEqual(services);
  });
});
