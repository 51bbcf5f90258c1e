import { readFileSync } from 'node:fs';
import type { NetworkInterfaceInfo } from 'node:os';

import { ipaddrPackage } from './packages.ts';

/** An address of this machine. */
export interface InterfaceAddress {
  /** The interface's name, such as `eth0`. */
  readonly name: string;
  readonly address: string;
  readonly type: 'ipv4' | 'ipv6';
  /** How many bits of the address name its network. */
  readonly size: number;
  readonly loopback: boolean;
  /** Whether the machine's default route leaves through this interface. */
  readonly isDefault: boolean;
}

/** Makes one list of what `os.networkInterfaces()` gives; `defaultName` is the interface of the default route. */
export function listAddresses(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  defaultName: string | undefined,
): readonly InterfaceAddress[] {
  return Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? []).map((info) => ({
      name,
      address: info.address,
      type: info.family === 'IPv4' ? ('ipv4' as const) : ('ipv6' as const),
      size: Number(info.cidr?.split('/')[1] ?? (info.family === 'IPv4' ? 32 : 128)),
      loopback: info.internal,
      isDefault: name === defaultName,
    })),
  );
}

/** The interface that the default IPv4 route leaves through, or undefined where there is none or the system does not say. */
export function defaultInterface(routeTable = '/proc/net/route'): string | undefined {
  let text: string;
  try {
    text = readFileSync(routeTable, 'utf8');
  } catch {
    return undefined;
  }
  // Columns: interface, destination, gateway, flags, …, with addresses in hexadecimal (proc_pid_net(5)).
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.find(
    ([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000',
  )?.[0];
}

/** The block that an address belongs to, in the words of ipaddr.js: `unicast` is what the internet routes. */
export function addressRange(one: InterfaceAddress): string {
  return ipaddrPackage().parse(one.address).range();
}

/** Whether an address is one of those that RFC 6890 keeps for special purposes. */
export function isPrivate(one: InterfaceAddress): boolean {
  return addressRange(one) !== 'unicast';
}

/** Whether others than this machine and its link can answer to an address. */
export function isForwardable(one: InterfaceAddress): boolean {
  const range = addressRange(one);
  return !['loopback', 'linkLocal', 'multicast', 'broadcast', 'unspecified'].includes(range);
}

/** An address in network order; to compare addresses of one type. */
export function addressBytes(one: InterfaceAddress): Buffer {
  return Buffer.from(ipaddrPackage().parse(one.address).toByteArray());
}
