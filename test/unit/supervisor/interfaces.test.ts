import { describe, expect, it } from 'vitest';

import { chooseAddress, type Interfaces } from '../../../src/supervisor/interfaces.ts';

const of = (...addresses: string[]): Interfaces[string] =>
  addresses.map((address) => {
    const isIPv6 = address.includes(':');
    return {
      ...{ address, netmask: '', mac: '', cidr: null },
      internal: address === '127.0.0.1' || address === '::1',
      ...(isIPv6 ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' }),
    };
  });

/** Neither the interfaces nor their addresses are in order, as with Node. */
const MACHINE: Interfaces = {
  lo: of('127.0.0.1', '::1'),
  eth1: of('192.168.1.100'),
  eth0: of('fdc6:238c:c4bc::1', '10.2.0.1', '10.0.0.10', 'fe80::1'),
  'eth0:1': of('10.0.0.9'),
  'br-lan': of('172.16.0.1'),
  'eth0.100': of('172.17.0.1'),
  'wg-x@if4': of('172.18.0.1'),
  '4g': of('172.19.0.1'),
};

describe('an interface specification', () => {
  it.each<[specifications: string[], address: string]>([
    [['eth0'], '10.0.0.9'],
    [['eth0:inet'], '10.0.0.9'],
    [['eth0:inet6'], 'fdc6:238c:c4bc::1'],
    [['eth0[0]'], '10.0.0.9'],
    [['eth0[1]'], '10.0.0.10'],
    [['eth0[3]'], 'fdc6:238c:c4bc::1'],
    [['lo'], '127.0.0.1'],
    [['lo:inet6'], '::1'],
    [['br-lan'], '172.16.0.1'],
    [['eth0.100'], '172.17.0.1'],
    [['wg-x@if4'], '172.18.0.1'],
    [['wg-x@if4:inet'], '172.18.0.1'],
    [['inet'], '172.19.0.1'],
    [['inet6'], 'fdc6:238c:c4bc::1'],
    [['10.0.0.0/16'], '10.0.0.9'],
    [['10.2.0.0/16'], '10.2.0.1'],
    [['127.0.0.0/8'], '127.0.0.1'],
    [['fdc6::/16'], 'fdc6:238c:c4bc::1'],
    [['192.168.1.100/32'], '192.168.1.100'],
    [['static:10.9.9.9'], '10.9.9.9'],
    [['static:fd00::9'], 'fd00::9'],
    [['eth9', '11.0.0.0/8', 'eth1:inet6', 'eth1[1]', 'eth1', 'eth0'], '192.168.1.100'],
  ])('%j is %s', (specifications, address) => {
    expect(chooseAddress(specifications, MACHINE)).toBe(address);
  });

  it('that matches nothing is an error that lists what there is', () => {
    const few: Interfaces = { lo: MACHINE.lo, eth0: of('10.0.0.10') };
    expect(() => chooseAddress(['eth9', 'inet6'], few)).toThrow(
      'None of the interface specifications were able to match\nSpecifications: [eth9 inet6]\n' +
        'Interfaces IPs: [eth0:10.0.0.10 lo:::1 lo:127.0.0.1]',
    );
  });

  it('inet and inet6 never take loopback', () => {
    expect(() => chooseAddress(['inet', 'inet6'], { lo: MACHINE.lo })).toThrow(/None of the/);
  });
});
