import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

import { startChild, type Child } from '../support/child.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/chaos.mjs', import.meta.url));

let run: Child | undefined;

afterEach(() => run?.stop());

async function chaos(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  run = startChild([process.execPath, SCRIPT, ...args], { env });
  const { code } = await run.ended;
  return { code, said: run.stdout + run.stderr };
}

// Where no namespaces can be had, this fails and says what to do: nothing else shows what it shows.
it('keeps what is promised through a minute of faults', async () => {
  const { code, said } = await chaos(['--minutes', '1', '--seed', '2019']);
  expect(code, said).toBe(0);
  expect(said).toMatch(/^faults injected: [1-9]\d/m);
  expect(said).toMatch(/^texts of nginx\.conf seen: [1-9]\d/m);
  expect(said).toMatch(/^requests through nginx: \d{3}/m);
  expect(said).toMatch(/^reads of files: \d{5}/m);
  expect(said).toMatch(/^invariants broken: 0$/m);
}, 300_000);

it('ends with the seed, what was seen and how to see it again, and keeps the folder, where a promise is broken', async () => {
  const args = ['--minutes', '0.1', '--seed', '7', '--faults', 'follower hung'];
  const { code, said } = await chaos([...args, '--sabotage', 'half file']);
  const folder = /everything is in (\S+);/.exec(said)?.[1] ?? '';
  try {
    expect(code, said).toBe(1);
    expect(said).toMatch(/^BROKEN after \d+\.\d s, seed 7: no reader ever sees a half file$/m);
    expect(said).toMatch(/^saw: nginx\.conf: \d+ characters/m);
    expect(said).toContain(
      "the same again: npm run chaos -- --minutes 0.1 --seed 7 --faults 'follower hung'",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

it('says what it needs where it can have no namespaces', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'autotmpl-no-unshare-'));
  writeFileSync(join(folder, 'unshare'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(folder, 'unshare'), 0o755);
  try {
    const { code, said } = await chaos([], { PATH: `${folder}:${process.env.PATH}` });
    expect(code).toBe(1);
    expect(said).toMatch(/needs a network, a mount and a process namespace of its own/);
    expect(said).toMatch(/run it as root on Linux/i);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
