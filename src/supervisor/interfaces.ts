import { BlockList, isIP, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { AutotmplError } from '../core/errors.ts';

/** The machine's interfaces, as Node gives them. */
export type Interfaces = ReturnType<typeof networkInterfaces>;

/** One address of the machine. */
interface Candidate {
  readonly name: string;
  readonly address: string;
  readonly internal: boolean;
}

/**
 * The address by which a service is advertised, in ContainerPilot's syntax: `eth0` (its first IPv4 address), `eth0:inet6`,
 * `eth0[1]` (by number, in the order of the addresses), `10.0.0.0/16` (the first inside), `inet` and `inet6` (the first that is
 * not loopback), `static:10.0.0.5`. The first specification that matches anything wins. Names may have dashes, dots and `@`, which
 * ContainerPilot's may not. Throws an AutotmplError (`config`) that lists what there is.
 */
export function chooseAddress(
  specifications: readonly string[],
  interfaces: Interfaces = networkInterfaces(),
): string {
  const candidates = sorted(interfaces);
  for (const specification of specifications) {
    const found = matching(specification, candidates);
    if (found !== undefined) return found;
  }
  const list = candidates.map(({ name, address }) => `${name}:${address}`).join(' ');
  throw new AutotmplError(
    'config',
    `None of the interface specifications were able to match\nSpecifications: [${specifications.join(' ')}]\nInterfaces IPs: [${list}]`,
    { advice: 'name an interface that is there, or an address with static:' },
  );
}

function matching(specification: string, candidates: readonly Candidate[]): string | undefined {
  if (specification.startsWith('static:')) return specification.slice('static:'.length);
  if (specification === 'inet' || specification === 'inet6') {
    return candidates.find(
      ({ address, internal }) => !internal && isIPv4(address) === (specification === 'inet'),
    )?.address;
  }
  const [network, bits] = specification.split('/');
  if (network !== undefined && bits !== undefined && isIP(network) !== 0) {
    const inside = new BlockList();
    const family = isIPv4(network) ? 'ipv4' : 'ipv6';
    inside.addSubnet(network, Number(bits), family);
    return candidates.find(
      ({ address }) => isIPv4(address) === (family === 'ipv4') && inside.check(address, family),
    )?.address;
  }
  const [, name = specification, index, family] =
    /^([^:[\]]+)(?:\[(\d+)\]|:(inet6?))?$/.exec(specification) ?? [];
  const own = candidates.filter((candidate) => candidate.name === name);
  if (index !== undefined) return own[Number(index)]?.address;
  return own.find(({ address }) => isIPv4(address) === (family !== 'inet6'))?.address;
}

/** By the interface's name, byte for byte, then by the address in its 16-byte form, as ContainerPilot sorts them. */
function sorted(interfaces: Interfaces): readonly Candidate[] {
  return Object.entries(interfaces)
    .flatMap(([name, addresses = []]) =>
      addresses.map(({ address, internal }) => ({
        // `eth0:1` is a label of an address (ip-address(8)), and the interface is eth0.
        name: name.replace(/:.*$/, ''),
        address,
        internal,
      })),
    )
    .sort(
      (first, second) =>
        Buffer.compare(Buffer.from(first.name), Buffer.from(second.name)) ||
        Buffer.compare(addressBytes(first.address), addressBytes(second.address)),
    );
}

/** An address as 16 bytes; IPv4 as IPv6 maps it (RFC 4291, 2.5.5.2). */
function addressBytes(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  if (isIPv4(address)) {
    bytes.writeUInt16BE(0xffff, 10);
    for (const [at, part] of address.split('.').entries()) bytes[12 + at] = Number(part);
    return bytes;
  }
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const words = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const before = words(head);
  const behind = words(tail ?? '');
  const all = [...before, ...Array<string>(8 - before.length - behind.length).fill('0'), ...behind];
  for (const [at, word] of all.entries()) bytes.writeUInt16BE(Number.parseInt(word, 16), at * 2);
  return bytes;
}
