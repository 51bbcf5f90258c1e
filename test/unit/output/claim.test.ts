import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDestination, type Claim } from '../../../src/output/claim.ts';
import { waitUntil } from '../../support/wait-until.ts';

const HOLDER = fileURLToPath(new URL('../../fixtures/commands/hold-claim.ts', import.meta.url));

let folder: string;
let held: Claim[];
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claim-'));
  held = [];
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(held.map((claim) => claim.release()));
  rmSync(folder, { recursive: true, force: true });
});

async function claim(path: string) {
  const result = await claimDestination(path);
  if (result.granted) held.push(result);
  return result;
}

describe.runIf(process.platform === 'linux')('claimDestination (Linux)', () => {
  it('is granted once, says who holds it, and is granted again after its release', async () => {
    const path = join(folder, 'app.conf');
    const first = await claim(path);
    expect(first.granted).toBe(true);
    expect(await claim(path)).toEqual({ granted: false, holderPid: process.pid });
    expect((await claim(join(folder, 'other.conf'))).granted).toBe(true);
    if (first.granted) await first.release();
    expect((await claim(path)).granted).toBe(true);
  });

  it('knows a file by its real path, whether it exists or not', async () => {
    symlinkSync(folder, join(folder, 'alias'));
    expect((await claim(join(folder, 'deep/er/app.conf'))).granted).toBe(true);
    expect((await claim(join(folder, 'alias/deep/er/app.conf'))).granted).toBe(false);
  });

  it('ends with the process that holds it, also by kill -9', async () => {
    const path = join(folder, 'app.conf');
    const program = join(folder, 'hold-claim.mjs');
    await build({
      entryPoints: [HOLDER],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const holder = spawn(process.execPath, [program, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(holder);
    await once(holder.stdout, 'data');
    expect(await claim(path)).toEqual({ granted: false, holderPid: holder.pid });
    holder.kill('SIGKILL');
    await waitUntil(async () => (await claim(path)).granted, { what: 'the claim is free' });
  });

  it('claims a thousand destinations', async () => {
    const paths = Array.from({ length: 1000 }, (_, at) => join(folder, `${at}.conf`));
    const claims = await Promise.all(paths.map(claim));
    expect(claims.filter(({ granted }) => granted)).toHaveLength(1000);
  });
});
