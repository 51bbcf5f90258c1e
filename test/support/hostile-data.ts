import { isIP, isIPv4 } from 'node:net';

import type {
  CatalogNode,
  CatalogService,
  KeyPair,
  ServiceInstance,
} from '../../src/catalog/values.ts';
import { chanceOf, type Chance } from './chance.ts';

/** All that a catalog says, as the shipped templates ask for it. */
export interface World {
  readonly services: readonly CatalogService[];
  /** By the service's name. */
  readonly instances: ReadonlyMap<string, readonly ServiceInstance[]>;
  readonly nodes: readonly CatalogNode[];
  readonly pairs: readonly KeyPair[];
}

/** Every hostile service carries it, and some of the good ones do. */
export const TAG = 'http';
/** Two services that are nobody's enemy. */
export const GOOD_SERVICES = ['customers', 'sales'] as const;
const PREFIX = 'config';
/** Longer than anybody reads a word. */
const LONG = 20_000;

/** What ends, begins, quotes or expands something in one of the languages that files are written in. */
const PIECES = [
  ...[
    '"',
    "'",
    '`',
    '\\',
    '\\\\',
    ';',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '<',
    '>',
    '|',
    '&',
    '#',
    '//',
  ],
  ...['$', '${', '${HOME}', '$(touch pwned)', '`touch pwned`', '$host', '%', '%s', '%[src]', '%%'],
  ...['\n', '\r\n', '\r', '\t', '\0', '\x1b]0;x\x07', '\x7f', '\x85', '\u2028', '\u2029', '\ufeff'],
  ...[
    '\u202e',
    '\u200b',
    'é',
    '😀',
    'א',
    ' ',
    '  ',
    '*',
    '?',
    '~',
    '!',
    '@',
    '=',
    ',',
    ':',
    '-',
    '.',
  ],
  ...[
    '{{ 7 * 7 }}',
    '{% raw %}',
    '{#',
    '#}',
    '<%',
    '*/',
    '/*',
    '--',
    '\\n',
    '\\0',
    '\\x0a',
    '\\u000a',
  ],
  ...['server 6.6.6.6:66;', '\nserver evil 6.6.6.6:66\n', '; } server { listen 66; } #', 'down'],
  ...[
    '\nbackend evil\n',
    '\nglobal\n  user root\n',
    'include /etc/passwd;',
    ' backup',
    ' weight 256',
  ],
  ...[
    '"}, {"targets": ["evil"]',
    '": "',
    '\n- evil: 1',
    ': ',
    '!!js/function',
    '&a *a',
    '|\n',
    '>-',
  ],
  ...[
    '\n6.6.6.6 github.com',
    ' localhost',
    'EOF\n',
    '\nexport LD_PRELOAD=x\n',
    '=x',
    '\n.',
    '../..',
  ],
];

/** What is something else than it seems to some reader. */
const WHOLE = [
  ...[
    '',
    ' ',
    '-',
    '-rf',
    '~',
    'null',
    'true',
    'no',
    'off',
    'NaN',
    '1e3',
    '0x7f000001',
    '0o7',
    '127',
  ],
  ...['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty', 'default', 'none'],
  ...[
    'localhost',
    'LOCALHOST',
    'unix:/run/x.sock',
    'fd@3',
    'abns@x',
    'ipv6@::1',
    'sockpair@1',
    '*',
  ],
  ...[
    'sales',
    'SALES',
    'Sales',
    'customers',
    'customers.http',
    'http.sales',
    'sales@dc2',
    'sales|any',
  ],
];
const ADDRESSES = [
  ...['10.1.2.3', '192.0.2.7', 'fd00::7', '2001:db8::1', '::ffff:10.0.0.9', '::1', '127.0.0.1'],
  ...[
    '0.0.0.0',
    '::',
    '0:0:0:0:0:0:0:0',
    '::0.0.0.0',
    '::ffff:0.0.0.0',
    '255.255.255.255',
    '0.0.0.1',
  ],
  ...[
    '[::1]',
    'fe80::1%eth0',
    'fe80::1%;',
    '010.0.0.1',
    '10.1',
    '1.2.3.4.5',
    '1.2.3.4 ',
    '1.2.3.4\n',
  ],
  ...['1.2.3.4;', '1.2.3.4:80', '1.2.3.4/8', 'a.example', 'a.example.', '.a', 'a..b', '999.1.1.1'],
];
const PORTS = [0, -1, 1, 80, 8080, 65_535, 65_536, 99_999, 2 ** 31, Number.MAX_SAFE_INTEGER];
const WEIGHTS = [-1, 0, 1, 10, 256, 257, 65_535];

/** Makes catalogs that others than their owners have written to; the same for the same seed. */
export class HostileData {
  readonly #chance: Chance;

  constructor(seed: number) {
    this.#chance = chanceOf(seed);
  }

  /** A catalog with so many hostile services, and as many hostile instances of a good one. */
  world(size: number): World {
    const names = this.#several(size, () => this.text());
    const services = new Map<string, ServiceInstance[]>();
    for (const name of GOOD_SERVICES)
      services.set(name, [goodInstance(name, 1), goodInstance(name, 2)]);
    for (const name of [...names, ...this.#several(size, () => 'sales')]) {
      const there = services.get(name) ?? [];
      // Consul does not know the same endpoint of the same service twice by the same ID.
      services.set(name, [...there, this.#instance(name, there.length)]);
    }
    const nodes = [goodNode(1), ...this.#several(size, () => this.#node()), goodNode(2)];
    return {
      services: [...services.keys()]
        .sort()
        .map((name) => ({ Name: name, Tags: name === 'customers' ? [] : [TAG, this.text()] })),
      instances: services,
      nodes,
      // A NUL is refused by the filter: no shell can hold it, and whoever writes keys is trusted with the file.
      pairs: this.#several(size, (at) => pair(`Key_${at}`, this.text().replaceAll('\0', ''))),
    };
  }

  /** A text that is somebody's weapon. */
  text(): string {
    const chance = this.#chance();
    if (chance < 0.2) return this.#pick(WHOLE);
    if (chance < 0.35) return this.#pick(ADDRESSES);
    if (chance < 0.353) return this.#pick(PIECES).repeat(LONG);
    const start = this.#chance() < 0.5 ? this.#pick(['a', 'web-1', '10.0.0.9', 'x.y']) : '';
    const pieces = this.#several(1 + this.#whole(4), () =>
      this.#chance() < 0.9 ? this.#pick(PIECES) : String.fromCharCode(this.#whole(0x3000)),
    );
    return start + pieces.join(this.#pick(['', '', ' ', 'b']));
  }

  #instance(name: string, at: number): ServiceInstance {
    const address = this.#chance() < 0.5 ? this.#pick(ADDRESSES) : this.text();
    return {
      ...goodInstance(name, at),
      ID: this.text(),
      Node: this.text(),
      NodeAddress: this.text(),
      NodeDatacenter: this.text(),
      NodeMeta: { [this.text()]: this.text() },
      ServiceMeta: { [this.text()]: this.text(), note: this.text() },
      Tags: [TAG, this.text(), this.text()],
      Address: address,
      Port: this.#chance() < 0.5 ? 80 + this.#whole(1000) : this.#pick(PORTS),
      Weights: { Passing: this.#pick(WEIGHTS), Warning: this.#pick(WEIGHTS) },
      Status: this.#chance() < 0.3 ? 'warning' : 'passing',
    };
  }

  #node(): CatalogNode {
    const address = this.#chance() < 0.6 ? this.#pick(ADDRESSES) : this.text();
    return { ...goodNode(9), Node: this.text(), Address: address, Meta: { [this.text()]: 'x' } };
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#whole(list.length)] as T;
  }

  #whole(below: number): number {
    return Math.floor(this.#chance() * below);
  }

  #several<T>(count: number, make: (at: number) => T): T[] {
    return Array.from({ length: count }, (_, at) => make(at));
  }
}

/** The same catalog without what is no use to a program (`usable` says of which addresses), and without a word of the rest but names, addresses, ports and weights. */
export function harmlessTwin(world: World, usable: 'host' | 'address'): World {
  const instances = [...world.instances].map(([name, there]) => {
    const good = there.filter(({ Address, Port }) => isUsable(Address, Port, usable));
    const plain = good.map(({ Address, Port, Weights, Status }, at) => ({
      ...goodInstance(name, at),
      ...{ Address, Port, Weights, Status },
    }));
    return [name, plain] as const;
  });
  return {
    services: world.services.map(({ Name, Tags }) => ({
      Name,
      Tags: Tags.includes(TAG) ? [TAG] : [],
    })),
    instances: new Map(instances),
    nodes: world.nodes
      .filter(({ Node, Address }) => isUsable(Address, 1, 'host') && isName(`${Node}.node.consul`))
      .map(({ Node, Address }) => ({ ...goodNode(0), Node, Address })),
    pairs: world.pairs,
  };
}

/** Whether a program can be told to connect there: an opinion of its own, not the program's under test. */
function isUsable(address: string, port: number, kind: 'host' | 'address'): boolean {
  if (!(port >= 1 && port <= 65_535)) return false;
  if (isIP(address) === 0) return kind === 'host' && isName(address);
  if (address.includes('%')) return false;
  const host = new URL(`http://${isIPv4(address) ? address : `[${address}]`}`).hostname;
  return !['0.0.0.0', '[::]', '[::ffff:0:0]'].includes(host);
}

function isName(text: string): boolean {
  if (text.length > 253 || !/^[\w.-]+$/.test(text)) return false;
  const labels = text.replace(/(?<=.)\.$/, '').split('.');
  const last = labels.at(-1) ?? '';
  if (/^\d+$|^0x[\da-f]*$/i.test(last)) return false;
  return labels.every((one) => one.length <= 63 && /^\w([\w-]*\w)?$/.test(one));
}

function goodInstance(name: string, at: number): ServiceInstance {
  return {
    Node: 'n1',
    NodeID: '',
    NodeAddress: '10.0.0.11',
    NodeDatacenter: 'dc1',
    NodeTaggedAddresses: {},
    NodeMeta: {},
    ServiceMeta: {},
    Address: `10.0.${name.length % 250}.${at % 250}`,
    ServiceTaggedAddresses: {},
    ID: `${name.slice(0, 20).replace(/\W/g, '')}-${at}`,
    Name: name,
    Tags: [TAG],
    Checks: [],
    Status: 'passing',
    Port: 80,
    Weights: { Passing: 1, Warning: 1 },
  };
}

function goodNode(at: number): CatalogNode {
  return {
    ID: '',
    Node: `n${at}`,
    Address: `10.0.0.${at}`,
    Datacenter: 'dc1',
    TaggedAddresses: {},
    Meta: {},
  };
}

function pair(key: string, value: string): KeyPair {
  return {
    Path: `${PREFIX}/${key}`,
    Key: key,
    Value: value,
    CreateIndex: 1,
    ModifyIndex: 1,
    LockIndex: 0,
    Flags: 0,
    Session: '',
  };
}
