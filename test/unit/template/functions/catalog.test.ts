import { describe, expect, it } from 'vitest';

import type { Query } from '../../../../src/catalog/query.ts';
import type {
  CatalogNode,
  KeyPair,
  ServiceInstance,
  Value,
} from '../../../../src/catalog/values.ts';
import type { Notes } from '../../../../src/template/notes.ts';
import { call, callWith, instance, missing, notesFor, plain } from './known-facts.ts';

const PAIRS = {
  'p/a': '1',
  'p/b': '2',
  'p/empty': '',
  'p/html': '<a&b>',
  'p/json': '{"a":{"b":[1,2]}}',
  'p/nl': 'l1\nl2\n',
  'p/num': '5',
  'p/ptr': 'p/a',
  'p/sub/': '',
  'p/sub/c': '3',
};

const kv = () => notesFor({ pairs: PAIRS });
const keysOf = (pairs: unknown) => (pairs as KeyPair[]).map((pair) => pair.Key);
const idsOf = (instances: unknown) => (instances as ServiceInstance[]).map((one) => one.ID);

describe('key', () => {
  it('gives the value, with or without a leading slash', () => {
    expect(callWith(kv(), 'key', 'p/a')).toBe('1');
    expect(callWith(kv(), 'key', '/p/a')).toBe('1');
    expect(callWith(kv(), 'key', 'p/nl')).toBe('l1\nl2\n');
  });

  it('asks the datacenter, namespace and partition that the path names', () => {
    const notes = notesFor();
    callWith(notes, 'key', '/p/a?ns=n&partition=q@dc2');
    expect(missing(notes)).toEqual(['key(p/a?ns=n&partition=q@dc2) unanswered']);
  });

  it('gives nothing for an empty path, and does not wait', () => {
    const notes = kv();
    expect(callWith(notes, 'key', '')).toBe('');
    expect(missing(notes)).toEqual([]);
  });

  it('gives an empty value as it is', () => {
    const notes = kv();
    expect(callWith(notes, 'key', 'p/empty')).toBe('');
    expect(missing(notes)).toEqual([]);
  });

  it('waits for a key that is known not to exist', () => {
    const notes = kv();
    expect(callWith(notes, 'key', 'p/none')).toBe('');
    expect(missing(notes)).toEqual(['key(p/none) absent']);
  });

  it('is empty while unanswered', () => {
    const notes = notesFor();
    expect(callWith(notes, 'key', 'p/a')).toBe('');
    expect(missing(notes)).toEqual(['key(p/a) unanswered']);
  });

  it('can be asked for what another key says', () => {
    const notes = kv();
    expect(callWith(notes, 'key', callWith(notes, 'key', 'p/ptr'))).toBe('1');
  });

  it('names function, argument and type of what it cannot take, never the value', () => {
    expect(() => call('key', 5)).toThrow('key: path must be text, but it is a whole number');
    expect(() => call('key', undefined)).toThrow('key: path must be text, but it is undefined');
    expect(() => call('key', 'hunter2?wrong@@')).toThrow(/^key: its argument does not follow KEY/);
    expect(() => call('key', 'p/a?dc=hunter2')).toThrow(/^key: (?!.*hunter2)/);
    expect(() => call('key', '@dc1')).toThrow(/no name/);
  });

  it('refuses a second argument, which somebody may take for a default', () => {
    expect(() => call('key', 'p/a', 'd')).toThrow('key: it takes at most 1, but got 2');
  });
});

describe('keyExists and keyOrDefault', () => {
  it('tell whether a key exists; an empty one does', () => {
    expect(callWith(kv(), 'keyExists', 'p/a')).toBe(true);
    expect(callWith(kv(), 'keyExists', 'p/none')).toBe(false);
    expect(callWith(kv(), 'keyExists', 'p/empty')).toBe(true);
    expect(call('keyExists', 'p/a')).toBe(false);
    expect(call('keyExists', '')).toBe(false);
  });

  it('take the default for what is absent or empty, and wait for neither', () => {
    const notes = kv();
    expect(callWith(notes, 'keyOrDefault', 'p/none', 'D')).toBe('D');
    expect(callWith(notes, 'keyOrDefault', 'p/a', 'D')).toBe('1');
    expect(callWith(notes, 'keyOrDefault', 'p/empty', 'D')).toBe('D');
    expect(callWith(notes, 'keyOrDefault', '', 'D')).toBe('D');
    expect(missing(notes)).toEqual([]);
  });

  it('are the default while unanswered, and wait for the answer', () => {
    const notes = notesFor();
    expect(callWith(notes, 'keyOrDefault', 'p/a', 'D')).toBe('D');
    expect(missing(notes)).toEqual(['key(p/a) unanswered']);
  });
});

describe('ls and tree', () => {
  it('lists what is directly below a prefix, with and without its slash', () => {
    const direct = ['a', 'b', 'empty', 'html', 'json', 'nl', 'num', 'ptr'];
    expect(keysOf(callWith(kv(), 'ls', 'p'))).toEqual(direct);
    expect(keysOf(callWith(kv(), 'ls', 'p/'))).toEqual(direct);
    expect(keysOf(callWith(kv(), 'ls', '/p'))).toEqual(direct);
  });

  it('lists nothing where the prefix ends inside a name', () => {
    expect(callWith(kv(), 'ls', 'p/s')).toEqual([]);
    expect(keysOf(callWith(kv(), 'tree', 'p/s'))).toEqual(['ub/c']);
  });

  it('lists everything below a prefix in its order', () => {
    expect(keysOf(callWith(kv(), 'tree', 'p'))).toEqual([
      ...['a', 'b', 'empty', 'html', 'json', 'nl', 'num', 'ptr', 'sub/c'],
    ]);
    expect(plain(callWith(kv(), 'tree', 'p/sub'))).toMatchObject([{ Path: 'p/sub/c', Key: 'c' }]);
  });

  it('asks one query for ls and tree of one prefix', () => {
    const notes = notesFor();
    callWith(notes, 'ls', '/p/');
    callWith(notes, 'tree', 'p/');
    expect(missing(notes)).toEqual(['tree(p/) unanswered']);
  });

  it('leaves out a key that is the prefix itself', () => {
    const notes = notesFor({ pairs: { p: 'own', 'p/a': '1' } });
    expect(keysOf(callWith(notes, 'tree', 'p'))).toEqual(['a']);
    expect(keysOf(callWith(notes, 'ls', 'p'))).toEqual(['a']);
  });

  it('takes a slash for the root and no prefix for nothing', () => {
    expect(keysOf(callWith(notesFor({ pairs: { a: '1', 'b/c': '2' } }), 'tree', '/'))).toEqual([
      'a',
      'b/c',
    ]);
    expect(callWith(kv(), 'tree', '')).toEqual([]);
  });

  it('gives an empty list for a prefix without keys, and renders', () => {
    const notes = kv();
    expect(callWith(notes, 'ls', 'nonesuch')).toEqual([]);
    expect(callWith(notes, 'tree', 'nonesuch')).toEqual([]);
    expect(missing(notes)).toEqual([]);
  });

  it('waits, as safeLs and safeTree, while there is nothing', () => {
    const notes = kv();
    expect(callWith(notes, 'safeLs', 'nonesuch')).toEqual([]);
    expect(callWith(notes, 'safeTree', 'other')).toEqual([]);
    expect(missing(notes)).toEqual(['tree(nonesuch) absent', 'tree(other) absent']);
  });

  it('waits, as safeLs, for a prefix that has nothing directly below it', () => {
    const notes = kv();
    callWith(notes, 'safeLs', 'p/s');
    expect(missing(notes)).toEqual(['tree(p/s) absent']);
  });

  it('gives, as safeLs and safeTree, what there is', () => {
    const notes = kv();
    expect(keysOf(callWith(notes, 'safeLs', 'p/sub'))).toEqual(['c']);
    expect(keysOf(callWith(notes, 'safeTree', 'p/sub'))).toEqual(['c']);
    expect(missing(notes)).toEqual([]);
  });
});

const web1 = instance({ ID: 'web1', Tags: ['a'], Port: 81 });
const web2 = instance({ ID: 'web2', Tags: ['a', 'b'], Port: 82, Address: '10.0.0.2' });
const web3 = instance({ ID: 'web3', Status: 'warning' });
const web4 = instance({ ID: 'web4', Status: 'critical' });

function asked(name: string, ...args: unknown[]): string[] {
  const notes = notesFor();
  callWith(notes, name, ...args);
  return missing(notes).map((line) => line.replace(' unanswered', ''));
}

describe('service', () => {
  const web = { kind: 'service', name: 'web' } as const;
  const known = () =>
    notesFor({
      answers: [
        [{ ...web, passingOnly: true }, [web1, web2]],
        [{ ...web, passingOnly: false }, [web1, web2, web3, web4]],
      ],
    });

  it('gives what passes where no status is named', () => {
    expect(idsOf(callWith(known(), 'service', 'web'))).toEqual(['web1', 'web2']);
    expect(idsOf(callWith(known(), 'service', 'web|passing'))).toEqual(['web1', 'web2']);
  });

  it('gives every instance for any, and those of the statuses that are named', () => {
    expect(idsOf(callWith(known(), 'service', 'web|any'))).toHaveLength(4);
    expect(idsOf(callWith(known(), 'service', 'web|passing,any'))).toHaveLength(4);
    expect(idsOf(callWith(known(), 'service', 'web|passing,warning'))).toEqual([
      ...['web1', 'web2', 'web3'],
    ]);
    expect(idsOf(callWith(known(), 'service', 'web', 'critical'))).toEqual(['web4']);
    expect(idsOf(callWith(known(), 'service', 'web', 'warning', 'critical'))).toEqual([
      ...['web3', 'web4'],
    ]);
  });

  it('asks for what the expression says', () => {
    expect(asked('service', 'web')).toEqual(['service(web)']);
    expect(asked('service', 'b.web')).toEqual(['service(b.web)']);
    expect(asked('service', 'a=1:x.b.web')).toEqual(['service(a=1:x.b.web)']);
    expect(asked('service', 'web~_agent')).toEqual(['service(web~_agent)']);
    expect(
      asked('service', 'v.web-a_b?ns=n&partition=q&peer=r&sameness-group=s@dc-2~n.1|any'),
    ).toEqual(['service(v.web-a_b?ns=n&partition=q&peer=r&sameness-group=s@dc-2~n.1|any)']);
    expect(asked('connect', 'web@dc2')).toEqual(['connect(web@dc2)']);
  });

  it('refuses an unknown status, an unknown parameter and a name that it cannot hold', () => {
    expect(() => call('service', 'web|bogus')).toThrow('service: its filter is not a status');
    expect(() => call('service', 'web?near=x')).toThrow('service: its argument has an unknown');
    expect(() => call('service', 'a b')).toThrow(
      'service: its argument does not follow [TAG.]NAME',
    );
    expect(() => call('connect', '')).toThrow('connect: its argument does not follow');
    expect(() => call('service')).toThrow('service: expression must be text, but it is undefined');
  });

  it('is an empty list while unanswered', () => {
    expect(call('service', 'web')).toEqual([]);
    expect(call('service', 'web|critical')).toEqual([]);
  });
});

describe('services, nodes and datacenters', () => {
  it('ask for what the expression says', () => {
    expect(asked('services')).toEqual(['services()']);
    expect(asked('services', '?ns=n@dc2')).toEqual(['services(?ns=n@dc2)']);
    expect(asked('nodes', '@dc2~n1')).toEqual(['nodes(@dc2~n1)']);
    expect(asked('node')).toEqual(['node()']);
    expect(asked('node', 'n1.example@dc2')).toEqual(['node(n1.example@dc2)']);
    expect(asked('datacenters')).toEqual(['datacenters()']);
    expect(asked('datacenters', true)).toEqual(['datacenters(reachable)']);
  });

  it('give the answers as they are', () => {
    const answers: [Query, Value][] = [
      [{ kind: 'services' }, [{ Name: 'web', Tags: ['a'] }]],
      [{ kind: 'node', name: 'n9' }, null],
      [{ kind: 'datacenters', reachableOnly: false }, ['dc1']],
    ];
    const notes = notesFor({ answers });
    expect(callWith(notes, 'services')).toEqual([{ Name: 'web', Tags: ['a'] }]);
    expect(callWith(notes, 'node', 'n9')).toBeNull();
    expect(callWith(notes, 'datacenters')).toEqual(['dc1']);
    expect(missing(notes)).toEqual([]);
  });

  it('are empty while unanswered', () => {
    expect(call('services')).toEqual([]);
    expect(call('nodes')).toEqual([]);
    expect(call('node', 'n1')).toBeNull();
    expect(call('datacenters')).toEqual([]);
    expect(call('caRoots')).toEqual([]);
  });

  it('refuse what they cannot take', () => {
    expect(() => call('datacenters', 'yes')).toThrow('reachableOnly must be true or false');
    expect(() => call('nodes', '~')).toThrow('nodes: its argument does not follow');
    expect(() => call('services', 'web')).toThrow('services: its argument does not follow');
    expect(() => call('node', 'n1~x')).toThrow('node: its argument does not follow');
  });
});

describe('a name that somebody registered', () => {
  const NAMES = ['a b', 'a\nb', 'v2.web', 'web@nowhere', 'web|bogus', 'web?x=1', 'é'];
  const named = (Name: string) => ({ Name, Tags: [] });
  const listing = (names: readonly string[]) => {
    const notes = notesFor({
      answers: [
        [{ kind: 'services' }, names.map(named)],
        [{ kind: 'nodes' }, names.map((Node) => ({ Node }) as CatalogNode)],
      ],
    });
    callWith(notes, 'services');
    callWith(notes, 'nodes');
    return notes;
  };
  const askedBy = (notes: Notes) =>
    [...notes.rendering({ text: '' }).missing.values()].map(({ query }) => query);

  it.each(NAMES)('is asked for as it is where the service or node itself is given: %j', (name) => {
    const notes = listing([name]);
    callWith(notes, 'service', named(name));
    callWith(notes, 'service', named(name), 'any');
    callWith(notes, 'node', { Node: name });
    expect(askedBy(notes)).toEqual([
      { kind: 'service', name, passingOnly: true },
      { kind: 'service', name, passingOnly: false },
      { kind: 'node', name },
    ]);
  });

  it.each(['a b', 'a\nb', 'web|bogus', 'web?x=1', 'é'])(
    'is asked for as it is where it follows no grammar and a list holds it: %j',
    (name) => {
      const notes = listing([name]);
      callWith(notes, 'service', name);
      callWith(notes, 'service', name, 'any');
      callWith(notes, 'node', name);
      expect(askedBy(notes)).toEqual([
        { kind: 'service', name, passingOnly: true },
        { kind: 'service', name, passingOnly: false },
        { kind: 'node', name },
      ]);
    },
  );

  it('is a mistake of the template where no list of this rendering holds it', () => {
    const notes = listing(['web']);
    expect(() => callWith(notes, 'service', 'a b')).toThrow('does not follow');
    expect(() => callWith(notes, 'node', 'a b')).toThrow('does not follow');
  });

  it('never takes the place of what a template asks for by the grammar', () => {
    const notes = listing(['v2.web']);
    callWith(notes, 'service', 'v2.web');
    expect(askedBy(notes)).toEqual([
      { kind: 'service', name: 'web', tag: 'v2', passingOnly: true },
    ]);
  });
});

describe('caLeaf', () => {
  it('keeps the private key secret', () => {
    const leaf = {
      SerialNumber: '1',
      CertPEM: 'cert',
      PrivateKeyPEM: 'private',
      Service: 'web',
      ServiceURI: '',
      ValidAfter: '',
      ValidBefore: '',
    };
    const notes = notesFor({ answers: [[{ kind: 'caLeaf', service: 'web' }, leaf]] });
    expect(callWith(notes, 'caLeaf', 'web')).toEqual(leaf);
    expect([...notes.rendering({ text: '' }).secrets]).toEqual(['private']);
  });

  it('has empty fields while unanswered', () => {
    expect(call('caLeaf', 'web')).toMatchObject({ CertPEM: '', PrivateKeyPEM: '' });
  });
});

describe('file', () => {
  it('reads from the folder of the template, or from an absolute path', () => {
    const notes = notesFor({
      folder: '/etc/templates',
      answers: [
        [{ kind: 'file', path: '/etc/templates/part' }, 'beside'],
        [{ kind: 'file', path: '/etc/motd' }, 'elsewhere'],
      ],
    });
    expect(callWith(notes, 'file', 'part')).toBe('beside');
    expect(callWith(notes, 'file', '../motd')).toBe('elsewhere');
    expect(callWith(notes, 'file', '/etc/motd')).toBe('elsewhere');
  });

  it('waits for a file that is missing', () => {
    const notes = notesFor({ answers: [[{ kind: 'file', path: '/none' }, null]] });
    expect(callWith(notes, 'file', '/none')).toBe('');
    expect(missing(notes)).toEqual(['file(/none) absent']);
  });

  it('refuses an empty path', () => {
    expect(() => call('file', '')).toThrow('file: path is empty');
  });
});
