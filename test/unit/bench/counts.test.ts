import { describe, expect, it } from 'vitest';

import { parseOptions } from '../../../bench/fleet/options.ts';
import { parseSockets, SocketCounts, type SocketEnd } from '../../../bench/fleet/sockets.ts';
import { Tally } from '../../../bench/fleet/tally.ts';

describe('the connections that the kernel tells of', () => {
  it('are read with their ends and bytes, also where nothing went one of the ways', () => {
    const text = [
      '0 0 127.0.0.11:8300 127.0.0.20:44139 bbr rto:204 bytes_sent:1500 bytes_acked:1501 bytes_received:40 segs_out:3',
      '0 0 127.0.0.20:44139 127.0.0.11:8300 bbr rto:204 bytes_received:1500',
      '',
    ].join('\n');
    expect(parseSockets(text)).toEqual([
      { local: '127.0.0.11', localPort: 8300, peer: '127.0.0.20', peerPort: 44139, bytes: 1540 },
      { local: '127.0.0.20', localPort: 44139, peer: '127.0.0.11', peerPort: 8300, bytes: 1500 },
    ]);
  });

  it('count from when they are first looked at, those that come later from their beginning, those that go to their last', () => {
    const end = (peerPort: number, bytes: number): SocketEnd => ({
      ...{ local: '127.0.0.11', localPort: 8300, peer: '127.0.0.20', peerPort, bytes },
    });
    const counts = new SocketCounts();
    counts.take([end(1, 1000), end(2, 500)]);
    counts.take([end(1, 1100), end(2, 700), end(3, 60)]);
    counts.take([end(1, 1300), end(3, 90)]);
    expect(counts.bytes(() => true)).toBe(300 + 200 + 90);
    expect(counts.bytes(({ peerPort }) => peerPort === 3)).toBe(90);
    expect(counts.open(() => true)).toBe(2);
  });
});

describe('what an agent says of its requests', () => {
  it('is counted, and nothing beside it', async () => {
    const tally = await Tally.start('127.0.0.99');
    for (const line of [
      ...['consul.rpc.request:1.000000|c', 'consul.rpc.request:2.000000|c'],
      ...['consul.client.rpc:1.000000|c', 'consul.client.rpc.failed:1.000000|c'],
      ...['consul.http.GET.v1.kv._:0.700000|ms', 'consul.rpc.queries_blocking:7.000000|g', ''],
    ]) {
      tally.take(line);
    }
    tally.stop();
    expect([tally.taken, tally.made, tally.answered]).toEqual([3, 1, 1]);
  });
});

describe('the command line of the fleet', () => {
  it('has defaults, and takes each flag', () => {
    expect(parseOptions([])).toEqual({
      ...{ hosts: 200, agents: 6, windowMs: 15_000, waitMs: 5000, changesPerSecond: 2 },
      sizes: [1000, 10_000],
    });
    expect(parseOptions(['--minutes', '1', '--sizes', '7,8', '--wait', '60'])).toMatchObject({
      ...{ windowMs: 60_000, waitMs: 60_000, sizes: [7, 8] },
    });
    expect(parseOptions(['--help'])).toBeUndefined();
  });

  it.each([
    [['--hosts', '0'], /--hosts 0/],
    [['--hosts', '3'], /each of 6 agents needs one/],
    [['--agents', '61'], /no more than 60/],
    [['--minutes', 'x'], /--minutes x/],
    [['--sizes', '1,,2'], /--sizes/],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
