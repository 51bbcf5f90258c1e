import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { requestsOnPaper } from '../../bench/fleet/paper.ts';
import type { FleetResults, Load, Way } from '../../bench/fleet/results.ts';
import { startChild, type Child } from '../support/child.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/bench-fleet.mjs', import.meta.url));
const HOSTS = 12;

let folder: string;
let bench: Child | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotmpl-fleet-test-'));
});
afterEach(async () => {
  await bench?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...flags: readonly string[]) {
  bench = startChild([process.execPath, SCRIPT, ...flags]);
  const { code } = await bench.ended;
  return { code, stdout: bench.stdout, stderr: bench.stderr };
}

it('counts what a small fleet asks three servers, each way, near to what the paper says', async () => {
  const json = join(folder, 'fleet.json');
  const flags = ['--hosts', String(HOSTS), '--agents', '3', '--minutes', '0.017', '--wait', '0.5'];
  const { code, stdout, stderr } = await run(...flags, '--changes', '4', '--json', json);
  expect({ code, stderr }).toMatchObject({ code: 0 });

  const results = JSON.parse(readFileSync(json, 'utf8')) as FleetResults;
  const { facts, options } = results;
  const seen = (way: Way, load: Load) => {
    const found = results.readings.find((one) => one.way === way && one.load === load);
    if (found === undefined) throw new Error(`${way}, ${load}: no reading`);
    return found;
  };
  const asked = (way: Way, load: Load) => seen(way, load).toServers.requestsPerSecond;

  // Every way has its programs, and the news reach all of them.
  expect(seen('default', 'changes').newsPerSecond).toBeGreaterThan(HOSTS * 2);
  expect(seen('cached', 'changes').programs).toBe(3);
  // A cluster that has just begun has something to say to itself.
  expect(asked('nobody', 'idle')).toBeLessThan(20);
  for (const way of ['default', 'stale'] as const) {
    const paper = requestsOnPaper(way, 'idle', { ...facts, ...options, programs: HOSTS });
    expect(asked(way, 'idle') / paper).toBeGreaterThan(0.6);
    expect(asked(way, 'idle') / paper).toBeLessThan(1.7);
  }
  expect(asked('deduplicate', 'idle')).toBeLessThan(asked('default', 'idle') * 0.7);
  // Three programs that ask for the key only, where six queries each would be 36 a second.
  expect(asked('cached', 'idle')).toBeLessThan(20);
  // Stale answers come from the server that was asked. What was taken by the one and not yet answered by the other is in it.
  const passedOn = (way: Way) => seen(way, 'idle').betweenServers.requestsPerSecond;
  expect(passedOn('stale')).toBeLessThan(passedOn('default') * 0.6);
  const { servers } = seen('default', 'changes');
  expect(servers.filter(({ leads }) => leads)).toHaveLength(1);
  const leader = servers.find(({ leads }) => leads)?.requestsPerSecond ?? 0;
  expect(leader).toBeGreaterThanOrEqual(asked('default', 'changes') * 0.7);
  for (const { toAgents, toServers } of results.readings.filter(({ way }) => way !== 'nobody')) {
    expect(toAgents.bytesPerSecond).toBeGreaterThan(0);
    expect(toServers.bytesPerSecond).toBeGreaterThan(0);
    expect(toAgents.connections).toBeGreaterThan(toServers.connections);
  }

  expect(results.predictions.map(({ hosts }) => hosts)).toContain(10_000);
  expect(stdout).toMatch(/^deduplicate, changes +10000 +\d/m);
  for (const name of ['fleet-requests.svg', 'fleet-bytes.svg']) {
    expect(readFileSync(join(folder, name), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  }
}, 240_000);

it('refuses a flag that it does not understand before it measures anything', async () => {
  const { code, stdout, stderr } = await run('--hosts', 'never');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/--hosts never: that is not a number of things/);
});
