import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryPath } from '../../../../src/output/side-names.ts';
import { Records, type LedgerForm } from '../../../../src/renderer/kept/records.ts';
import type { MadeOf } from '../../../../src/renderer/ledger.ts';

/** Says which destination it is of, and which answers are left out. */
const form: LedgerForm = {
  write: async (destination, madeOf, isSecret) =>
    JSON.stringify({
      destination,
      secret: [...madeOf].flatMap(([id, value]) =>
        isSecret(id, JSON.stringify(value)) ? [id] : [],
      ),
    }),
  read: (text) => {
    const { destination, secret } = JSON.parse(text) as {
      readonly destination: string;
      readonly secret: readonly string[];
    };
    return { destination, answers: new Map(), secret: new Set(secret) };
  },
};
const MADE_OF = new Map([
  ['key(a)', 'plain'],
  ['key(b)', 'secret'],
]) as unknown as MadeOf;

describe('records of what files were made of', () => {
  let root: string;
  let folder: string;
  let records: Records;
  const isSecret = (_: string, text: string): boolean => text === JSON.stringify('secret');
  const write = async (destination: string): Promise<void> =>
    records.write(destination, await records.draft(destination, MADE_OF, isSecret));

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'autotmpl-records-'));
    folder = join(root, 'state', 'answers');
    records = new Records(folder, form);
    await records.ensure();
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('are read as they were drafted, and stand for the same text', async () => {
    const { text, ...draft } = await records.draft('/etc/a', MADE_OF, isSecret);
    expect(draft.secret).toEqual(new Set(['key(b)']));
    expect(await records.read('/etc/a')).toBeUndefined();
    await records.write('/etc/a', { text, ...draft });
    expect(await records.read('/etc/a')).toMatchObject(draft);
    const open = await records.draft('/etc/a', MADE_OF, () => false);
    expect(open.fingerprint).not.toBe(draft.fingerprint);
  });

  it('are files of their own, so that programs that share a folder do not meet', async () => {
    await write('/etc/a');
    await write('/etc/b');
    expect(readdirSync(folder)).toHaveLength(2);
    const [first = '', second = ''] = readdirSync(folder);
    writeFileSync(join(folder, first), 'damaged');
    const read = await Promise.allSettled(['/etc/a', '/etc/b'].map((one) => records.read(one)));
    expect(read.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(readdirSync(folder)).toEqual([first, second]);
  });

  it('say when they were last known to be true', async () => {
    await write('/etc/a');
    await records.touch('/etc/a', 1_000_000);
    await records.touch('/etc/none', 1_000_000);
    expect((await records.read('/etc/a'))?.touchedAtMs).toBe(1_000_000);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('have what a killed writer left behind of them removed, and nothing else', async () => {
    await write('/etc/a');
    const [name = ''] = readdirSync(folder);
    // By this process, as it seems: another had its number.
    writeFileSync(temporaryPath(join(folder, name)), '');
    writeFileSync(join(folder, 'others'), '');
    await records.tidy(['/etc/a']);
    expect(readdirSync(folder).sort()).toEqual([name, 'others']);
  });
});
