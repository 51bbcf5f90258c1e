import { isIP } from 'node:net';

import { cannot } from './arguments.ts';
import {
  addressBytes,
  addressRange,
  isForwardable,
  isPrivate,
  type InterfaceAddress,
} from './interfaces.ts';
import { ipaddrPackage, re2Package } from './packages.ts';

/** What a stage of an expression hands to the next: addresses, or the text that is the result. */
type Flow = readonly InterfaceAddress[] | string;

type Stage = (input: Flow, ...args: string[]) => Flow;

/**
 * Evaluates an expression of go-sockaddr's template language (https://pkg.go.dev/github.com/hashicorp/go-sockaddr/template)
 * over a machine's addresses; `sockaddr` documents what is known of it.
 */
export function chooseAddress(expression: string, addresses: readonly InterfaceAddress[]): string {
  let flow: Flow = addresses;
  for (const [index, [name = '', ...args]] of parse(expression).entries()) {
    const stages = index === 0 ? SOURCES : STAGES;
    const stage = Object.hasOwn(stages, name) ? stages[name] : undefined;
    if (stage === undefined) {
      throw cannot(
        'sockaddr',
        `${JSON.stringify(name)} is not known at this place of an expression`,
        `known here are ${Object.keys(stages).join(', ')}`,
      );
    }
    flow = stage(flow, ...args);
  }
  return typeof flow === 'string' ? flow : attribute(flow, 'address').join(' ');
}

function parse(expression: string): string[][] {
  const word = /\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s|"`]+)|(\|))\s*/y;
  const calls: string[][] = [[]];
  while (word.lastIndex < expression.length) {
    const found = word.exec(expression);
    if (found === null) throw cannot('sockaddr', 'the expression has a quote that does not end');
    if (found[4] !== undefined) calls.push([]);
    else calls.at(-1)?.push(found[1]?.replace(/\\(.)/g, '$1') ?? found[2] ?? found[3] ?? '');
  }
  if (calls.some((call) => call.length === 0)) {
    throw cannot('sockaddr', 'the expression has a stage without a name');
  }
  return calls;
}

const SOURCES: Readonly<Record<string, Stage>> = {
  GetAllInterfaces: (all) => all,
  GetDefaultInterfaces: (all) => usable(list(all)).filter((one) => one.isDefault),
  GetPrivateInterfaces: (all) => byReach(list(all), true),
  GetPublicInterfaces: (all) => byReach(list(all), false),
  GetPrivateIP: (all) => byReach(list(all), true)[0]?.address ?? '',
  GetPrivateIPs: (all) => attribute(byReach(list(all), true), 'address').join(' '),
  GetPublicIP: (all) => byReach(list(all), false)[0]?.address ?? '',
  GetPublicIPs: (all) => attribute(byReach(list(all), false), 'address').join(' '),
  GetInterfaceIP: (all, name) => named(list(all), name)[0]?.address ?? '',
  GetInterfaceIPs: (all, name) => attribute(named(list(all), name), 'address').join(' '),
};

const STAGES: Readonly<Record<string, Stage>> = {
  include: (flow, selector, value) => list(flow).filter(selection(selector, value)),
  exclude: (flow, selector, value) => {
    const selected = selection(selector, value);
    return list(flow).filter((one) => !selected(one));
  },
  sort: (flow, keys) => sorted(list(flow), keys),
  unique: (flow, key) => {
    const seen = new Set<string>();
    return list(flow).filter((one) => {
      const value = attribute([one], key)[0] ?? '';
      return seen.has(value) ? false : seen.add(value);
    });
  },
  limit: (flow, count) => list(flow).slice(0, wholeNumber(count)),
  offset: (flow, count) => list(flow).slice(wholeNumber(count)),
  attr: (flow, name) => attribute(list(flow), name)[0] ?? '',
  join: (flow, name, separator) => attribute(list(flow), name).join(separator ?? ' '),
};

/** What the addresses can be told apart by; the larger the network, the smaller its size in bits. */
const ATTRIBUTES: Readonly<Record<string, (one: InterfaceAddress) => string>> = {
  name: (one) => one.name,
  address: (one) => one.address,
  host: (one) => one.address,
  type: (one) => one.type,
  size: (one) => String(one.size),
  network: (one) => `${one.address}/${one.size}`,
  flags: (one) => (one.loopback ? 'up|loopback' : 'up'),
};

const ORDERS: Readonly<Record<string, (a: InterfaceAddress, b: InterfaceAddress) => number>> = {
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  address: (a, b) => Buffer.compare(addressBytes(a), addressBytes(b)),
  type: (a, b) => a.type.localeCompare(b.type),
  size: (a, b) => a.size - b.size,
  private: (a, b) => Number(isPrivate(b)) - Number(isPrivate(a)),
  default: (a, b) => Number(b.isDefault) - Number(a.isDefault),
};

function list(flow: Flow): readonly InterfaceAddress[] {
  if (typeof flow !== 'string') return flow;
  throw cannot('sockaddr', 'a stage after the result has no addresses to work on');
}

function attribute(addresses: readonly InterfaceAddress[], name = 'address'): string[] {
  const read = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
  if (read === undefined) throw unknownWord(name, Object.keys(ATTRIBUTES));
  return addresses.map(read);
}

function selection(selector = '', value = ''): (one: InterfaceAddress) => boolean {
  switch (selector.toLowerCase()) {
    case 'name': {
      const pattern = compile(value);
      return (one) => pattern.test(one.name);
    }
    case 'address': {
      const pattern = compile(value);
      return (one) => pattern.test(one.address);
    }
    case 'type':
      return (one) => /^ip$/i.test(value) || one.type === value.toLowerCase();
    case 'network':
      return inNetwork(value);
    case 'flag':
    case 'flags':
      return (one) => value.split('|').every((flag) => hasFlag(one, flag));
    case 'rfc':
      return (one) => inRfc(one, value);
    default:
      throw unknownWord(selector, ['name', 'address', 'type', 'network', 'flags', 'rfc']);
  }
}

function compile(pattern: string): { test(text: string): boolean } {
  const { RE2JS } = re2Package();
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw cannot('sockaddr', `${JSON.stringify(pattern)} is not a regular expression (RE2)`);
  }
}

function inNetwork(network: string): (one: InterfaceAddress) => boolean {
  const { isValidCIDR, parseCIDR, parse: parseAddress } = ipaddrPackage();
  // The package also takes `10/8`, which others read in other ways.
  if (isIP(network.split('/')[0] ?? '') === 0 || !isValidCIDR(network)) {
    throw cannot('sockaddr', `${JSON.stringify(network)} is not a network such as 10.0.0.0/8`);
  }
  const [base, bits] = parseCIDR(network);
  return (one) => {
    const address = parseAddress(one.address);
    return address.kind() === base.kind() && address.match(base, bits);
  };
}

function hasFlag(one: InterfaceAddress, flag: string): boolean {
  switch (flag) {
    case 'up':
      return true;
    case 'loopback':
      return one.loopback;
    case 'forwardable':
      return isForwardable(one);
    default:
      throw unknownWord(flag, ['up', 'loopback', 'forwardable']);
  }
}

function inRfc(one: InterfaceAddress, number: string): boolean {
  if (number === '6890') return isPrivate(one);
  if (number === '1918') return one.type === 'ipv4' && addressRange(one) === 'private';
  throw unknownWord(number, ['1918', '6890']);
}

function usable(addresses: readonly InterfaceAddress[]): readonly InterfaceAddress[] {
  return addresses.filter(isForwardable);
}

/** On the interface of the default route, where that is known; else on all. */
function byReach(
  all: readonly InterfaceAddress[],
  wantPrivate: boolean,
): readonly InterfaceAddress[] {
  const candidates = usable(all);
  const preferred = candidates.filter((one) => one.isDefault);
  const found = (preferred.length === 0 ? candidates : preferred).filter(
    (one) => isPrivate(one) === wantPrivate,
  );
  return sorted(found, 'type,size');
}

function named(
  all: readonly InterfaceAddress[],
  name: string | undefined,
): readonly InterfaceAddress[] {
  if (name === undefined) throw cannot('sockaddr', 'GetInterfaceIP needs the name of an interface');
  return sorted(
    all.filter((one) => one.name === name && (isForwardable(one) || one.loopback)),
    'type,size',
  );
}

function sorted(addresses: readonly InterfaceAddress[], keys = ''): readonly InterfaceAddress[] {
  const orders = keys.split(',').map((part) => {
    const name = part.trim().replace(/^[-+]/, '').toLowerCase();
    const order = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined;
    if (order === undefined) throw unknownWord(name, Object.keys(ORDERS));
    const direction = part.trim().startsWith('-') ? -1 : 1;
    return (a: InterfaceAddress, b: InterfaceAddress): number => direction * order(a, b);
  });
  return [...addresses].sort((a, b) => {
    for (const order of orders) {
      const result = order(a, b);
      if (result !== 0) return result;
    }
    return 0;
  });
}

function wholeNumber(text = ''): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw cannot('sockaddr', `${JSON.stringify(text)} is not a count`);
}

function unknownWord(word: string, known: readonly string[]): Error {
  return cannot(
    'sockaddr',
    `${JSON.stringify(word)} is not known`,
    `known are ${known.join(', ')}`,
  );
}
