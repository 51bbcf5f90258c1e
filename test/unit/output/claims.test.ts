import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDestination } from '../../../src/output/claim.ts';
import { Claims, refuseSameFiles, type Lease } from '../../../src/output/claims.ts';

let folder: string;
let claims: Claims;
let leases: Lease[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claims-'));
  claims = new Claims();
  leases = [];
});
afterEach(async () => {
  for (const lease of leases) await lease.release();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);

async function take(...names: string[]): Promise<Lease> {
  const lease = await claims.take(names.map(at));
  leases.push(lease);
  return lease;
}

/** Whether another claim to it would be granted. */
async function isFree(name: string): Promise<boolean> {
  const claim = await claimDestination(at(name));
  if (claim.granted) await claim.release();
  return claim.granted;
}

describe.runIf(process.platform === 'linux')('claims (Linux)', () => {
  it('hold a destination that two leases name until both are released', async () => {
    const old = await take('a', 'b');
    const next = await take('b', 'c');
    await old.release();
    await old.release();
    expect([await isFree('a'), await isFree('b'), await isFree('c')]).toEqual([true, false, false]);
    await next.release();
    expect([await isFree('b'), await isFree('c')]).toEqual([true, true]);
  });

  it('take all or none, and keep what was held before', async () => {
    await take('a');
    const another = await claimDestination(at('held'));
    await expect(take('a', 'b', 'held', 'c')).rejects.toThrow(
      `held is kept true by another autotmpl already (process ${process.pid})`,
    );
    expect([await isFree('a'), await isFree('b'), await isFree('c')]).toEqual([false, true, true]);
    if (another.granted) await another.release();
    await take('a', 'b', 'held', 'c');
  });

  it('take again what is being released', async () => {
    const old = await take('a');
    const [next] = await Promise.all([old.release().then(() => take('a')), take('a')]);
    await next.release();
    expect(await isFree('a')).toBe(false);
  });

  it('know a file by its real path: under another name it is the same, and two names for it are an error', async () => {
    symlinkSync(folder, at('alias'));
    await take('a');
    await take('alias/a');
    await expect(take('b', 'alias/b')).rejects.toThrow('are the same file');
  });
});

it('two destinations of a single run are refused where they are one file by way of a link', async () => {
  symlinkSync(folder, at('alias'));
  await expect(refuseSameFiles([at('a'), at('b'), at('alias/b')])).rejects.toThrow(
    `${at('b')} and ${at('alias/b')} are the same file`,
  );
  await refuseSameFiles([at('a'), at('b'), at('alias/c'), at('missing/a')]);
});
