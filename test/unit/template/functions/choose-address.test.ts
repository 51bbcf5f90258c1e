import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, type NetworkInterfaceInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { chooseAddress } from '../../../../src/template/functions/choose-address.ts';
import { defaultInterface, listAddresses } from '../../../../src/template/functions/interfaces.ts';
import { call } from './known-facts.ts';

function info(cidr: string): NetworkInterfaceInfo {
  const [address = ''] = cidr.split('/');
  const loopback = address === '127.0.0.1' || address === '::1';
  const shared = { address, cidr, mac: '', netmask: '', internal: loopback };
  return address.includes(':')
    ? { ...shared, family: 'IPv6', scopeid: 0 }
    : { ...shared, family: 'IPv4' };
}

const MACHINE = listAddresses(
  {
    lo: [info('127.0.0.1/8'), info('::1/128')],
    eth0: [info('fd00::5/64'), info('10.0.0.5/24'), info('10.9.0.5/16'), info('fe80::1/64')],
    eth1: [info('93.184.216.34/24')],
    docker0: [info('172.17.0.1/16')],
  },
  'eth0',
);

const choose = (expression: string) => chooseAddress(expression, MACHINE);

describe('sockaddr', () => {
  it('gives the private address of the default interface, of the largest network', () => {
    expect(choose('GetPrivateIP')).toBe('10.9.0.5');
    expect(choose('GetPrivateIPs')).toBe('10.9.0.5 10.0.0.5 fd00::5');
  });

  it('gives a public address only from the default interface, where that is known', () => {
    expect(choose('GetPublicIP')).toBe('');
    const elsewhere = MACHINE.map((one) => ({ ...one, isDefault: one.name === 'eth1' }));
    expect(chooseAddress('GetPublicIP', elsewhere)).toBe('93.184.216.34');
    const unknown = MACHINE.map((one) => ({ ...one, isDefault: false }));
    expect(chooseAddress('GetPublicIP', unknown)).toBe('93.184.216.34');
  });

  it('gives the address of a named interface', () => {
    expect(choose('GetInterfaceIP "docker0"')).toBe('172.17.0.1');
    expect(choose('GetInterfaceIP `lo`')).toBe('127.0.0.1');
    expect(choose('GetInterfaceIPs "eth0"')).toBe('10.9.0.5 10.0.0.5 fd00::5');
    expect(choose('GetInterfaceIP "none"')).toBe('');
  });

  it('filters, sorts and takes attributes', () => {
    const rows: [string, string][] = [
      [
        'GetAllInterfaces | include "network" "10.0.0.0/8" | sort "-size" | attr "address"',
        '10.0.0.5',
      ],
      [
        'GetAllInterfaces | include "name" "^eth" | exclude "type" "ipv6" | join "address" ","',
        '10.0.0.5,10.9.0.5,93.184.216.34',
      ],
      [
        'GetAllInterfaces | include "type" "ipv4" | sort "address" | limit 2 | join "address" " "',
        '10.0.0.5 10.9.0.5',
      ],
      ['GetAllInterfaces | include "rfc" "1918" | sort "-address" | attr "name"', 'docker0'],
      ['GetAllInterfaces | exclude "RFC" "6890" | attr "network"', '93.184.216.34/24'],
      ['GetAllInterfaces | include "flags" "up|loopback" | attr "address"', '127.0.0.1'],
      ['GetAllInterfaces | unique "name" | offset 2 | join "name" "+"', 'eth1+docker0'],
      ['GetAllInterfaces | sort "default,type,size" | attr "address"', '10.9.0.5'],
      ['GetDefaultInterfaces | include "type" "ipv6" | attr "address"', 'fd00::5'],
      ['GetPrivateInterfaces | exclude "network" "10.9.0.0/16" | attr "address"', '10.0.0.5'],
    ];
    for (const [expression, address] of rows) expect(choose(expression), expression).toBe(address);
  });

  it('refuses words that it does not know, naming those it does', () => {
    expect(() => choose('GetIP')).toThrow('"GetIP" is not known at this place');
    expect(() => choose('GetAllInterfaces | constructor')).toThrow('"constructor" is not known');
    expect(() => choose('GetAllInterfaces | include "colour" "red"')).toThrow('"colour" is not');
    expect(() => choose('GetAllInterfaces | include "network" "10/8"')).toThrow('not a network');
    expect(() => choose('GetAllInterfaces | limit -1')).toThrow('is not a count');
    expect(() => choose('GetAllInterfaces | include "name')).toThrow('a quote that does not end');
    expect(() => choose('GetAllInterfaces |')).toThrow('a stage without a name');
    expect(() => choose('GetPrivateIP | limit 1')).toThrow('no addresses to work on');
  });

  it('works on the addresses of this machine', () => {
    expect(call('sockaddr', 'GetAllInterfaces | include "flags" "loopback" | limit 1')).toMatch(
      /^(?:127\.0\.0\.1|::1|)$/,
    );
  });
});

describe('defaultInterface', () => {
  it('reads the interface of the default route', () => {
    const folder = mkdtempSync(join(tmpdir(), 'routes-'));
    const table = join(folder, 'route');
    const head =
      'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
    try {
      writeFileSync(
        table,
        `${head}eth1\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n` +
          'eth7\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n',
      );
      expect(defaultInterface(table)).toBe('eth7');
      writeFileSync(table, head);
      expect(defaultInterface(table)).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(defaultInterface(table)).toBeUndefined();
  });
});
