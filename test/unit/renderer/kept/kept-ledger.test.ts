import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptText, readKeptText } from '../../../../src/catalog/kept/kept-text.ts';
import type { Value } from '../../../../src/catalog/values.ts';
import { KeptLedger } from '../../../../src/renderer/kept/kept-ledger.ts';
import type { MadeOf } from '../../../../src/renderer/ledger.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { makeTarget } from '../../../support/targets.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const key = (value: string): Value => ({
  ...{ Path: 'a', Key: 'a', Value: value, CreateIndex: 1, ModifyIndex: 2 },
  ...{ LockIndex: 0, Flags: 0, Session: '' },
});
const madeOf = (values: Readonly<Record<string, string>>): MadeOf =>
  new Map(Object.entries(values).map(([name, value]) => [`key(${name})`, key(value)]));

const FIRST = makeTarget({ label: 'first', destination: '/etc/first' });
const SECOND = makeTarget({ label: 'second', destination: '/etc/second' });

describe('a kept ledger', () => {
  let root: string;
  let folder: string;
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let texts: Set<string>;
  let undecided: Set<string>;
  let ledgers: KeptLedger[];

  const open = (readOnly = false): KeptLedger => {
    const ledger = new KeptLedger({
      ...{ folder, clock, logger, readOnly, isCurrent: () => true },
      form: { write: keptText, read: readKeptText },
      secrets: () => ({ texts, undecided }),
    });
    ledgers.push(ledger);
    return ledger;
  };
  const files = (): string[] => {
    try {
      return readdirSync(folder).sort();
    } catch {
      return [];
    }
  };
  const content = (): string =>
    files()
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
  /** Lets time pass until the files are as wanted. */
  const until = (what: string, condition: () => boolean): Promise<unknown> =>
    waitUntil(
      async () => {
        await clock.advance(1000);
        return condition();
      },
      { what, timeoutMs: 5000 },
    );
  const warnings = (): string[] =>
    logger.records.flatMap(({ level, message }) => (level === 'warn' ? message : []));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'autotmpl-ledger-'));
    folder = join(root, 'state', 'answers');
    clock = new ManualClock();
    logger = recordingLogger();
    texts = new Set();
    undecided = new Set();
    ledgers = [];
  });
  afterEach(() => {
    for (const ledger of ledgers) ledger.close();
    expect(clock.pending).toBe(0);
    rmSync(root, { recursive: true, force: true });
  });

  it('knows after a restart what each file was made of', async () => {
    const ledger = open();
    ledger.note(FIRST, madeOf({ a: 'one' }));
    ledger.note(SECOND, madeOf({ a: 'one', b: 'two' }));
    await ledger.settle();
    const next = open();
    await next.load([FIRST, SECOND, makeTarget({ label: 'third', destination: '/etc/third' })]);
    expect(next.of(FIRST)).toEqual(madeOf({ a: 'one' }));
    expect(next.of(SECOND)).toEqual(madeOf({ a: 'one', b: 'two' }));
    expect(next.find('key(b)')?.value).toEqual(key('two'));
    expect(next.find('key(c)')).toBeUndefined();
    expect(warnings()).toEqual([]);
  });

  it('gathers what changes within a second, and writes nothing that has not changed', async () => {
    const ledger = open();
    for (const value of ['1', '2', '3']) ledger.note(FIRST, madeOf({ a: value }));
    expect(files()).toEqual([]);
    // While it is written it has another name.
    const isThere = () => files().every((name) => !/autotmpl-\d/.test(name));
    await until('the file', () => isThere() && content().includes('"Value":"3"'));
    const [name = ''] = files();
    const { ino } = statSync(join(folder, name));
    ledger.note(FIRST, madeOf({ a: '3' }));
    await clock.advance(5000);
    await ledger.settle();
    expect(statSync(join(folder, name)).ino).toBe(ino);
  });

  it('keeps nothing with a secret in it, in whatever form, and takes away what comes to be one', async () => {
    const ledger = open();
    texts.add('s3cr3t-word');
    ledger.note(
      FIRST,
      madeOf({ a: 'plain', b: 's3cr3t-word', c: Buffer.from('u:s3cr3t-word').toString('base64') }),
    );
    ledger.note(SECOND, madeOf({ d: 'later' }));
    await ledger.settle();
    expect(content()).toContain('plain');
    expect(content()).toContain('later');
    expect(content()).not.toMatch(/s3cr3t/);
    expect(readKeptText(readFileSync(join(folder, files()[0] ?? ''), 'utf8'))).toBeDefined();
    expect(['key(b)', 'key(c)'].map((id) => ledger.isSecret(id))).toEqual([true, true]);
    texts = new Set([...texts, 'later']);
    ledger.note(FIRST, madeOf({ a: 'other' }));
    await ledger.settle();
    expect(content()).not.toContain('later');
  });

  it('waits for a template that may call an answer secret, and leaves that answer out when it takes too long', async () => {
    const ledger = open();
    undecided.add('key(b)');
    ledger.note(FIRST, madeOf({ a: 'plain', b: 'maybe' }));
    await clock.advance(20_000);
    await ledger.settle();
    expect(files()).toEqual([]);
    await clock.advance(15_000);
    await ledger.settle();
    expect(content()).toContain('plain');
    expect(content()).not.toContain('maybe');
    undecided.clear();
    await ledger.settle();
    expect(content()).toContain('maybe');
  });

  it.each([-3_600_000, 3_600_000])(
    'waits for it no less and no longer when the time of day jumps by %i ms, and when data goes on changing',
    async (jumpMs) => {
      clock.jump(jumpMs);
      const ledger = open();
      undecided.add('key(b)');
      for (let change = 0; change < 3; change += 1) {
        ledger.note(FIRST, madeOf({ a: `plain ${change}`, b: 'maybe' }));
        await clock.advance(9000);
        await ledger.settle();
      }
      expect(files()).toEqual([]);
      await clock.advance(5000);
      await ledger.settle();
      expect(content()).toContain('plain 2');
    },
  );

  it('keeps no private key, though nothing marks it', async () => {
    const ledger = open();
    const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----';
    ledger.note(FIRST, madeOf({ a: 'plain', b: pem }));
    await ledger.settle();
    expect(content()).toContain('plain');
    expect(content()).not.toContain('MHcCAQEE');
    expect(ledger.isSecret('key(b)')).toBe(true);
  });

  it('keeps nothing of secret targets, nor of what goes to standard output', async () => {
    const ledger = open();
    ledger.note(
      makeTarget({ label: 's', destination: '/etc/s', secret: true }),
      madeOf({ a: 'one' }),
    );
    ledger.note(makeTarget({ label: 'stdout' }), madeOf({ a: 'one' }));
    await ledger.settle();
    expect(files()).toEqual([]);
  });

  it('writes nothing where it only reads', async () => {
    const ledger = open(true);
    ledger.note(FIRST, madeOf({ a: 'one' }));
    await clock.advance(5000);
    await ledger.settle();
    expect(files()).toEqual([]);
    expect(ledger.of(FIRST)).toEqual(madeOf({ a: 'one' }));
  });

  it('says once that it cannot write, and writes when it can', async () => {
    writeFileSync(join(root, 'state'), '');
    const ledger = open();
    ledger.note(FIRST, madeOf({ a: 'one' }));
    await until('the warning', () => warnings().length > 0);
    await clock.advance(300_000);
    await ledger.settle();
    expect(warnings()).toHaveLength(1);
    rmSync(join(root, 'state'));
    await until('the file', () => content().includes('one'));
    await until('the good news', () => /info answers are kept on disk again/.test(logger.text()));
  });

  it('reads nothing of a folder or through a link that is not ours alone', async () => {
    const ledger = open();
    ledger.note(FIRST, madeOf({ a: 'one' }));
    await ledger.settle();
    const [name = ''] = files();
    chmodSync(folder, 0o755);
    const second = open();
    await second.load([FIRST]);
    expect(second.of(FIRST)).toBeUndefined();
    chmodSync(folder, 0o700);
    const real = join(root, 'elsewhere');
    writeFileSync(real, readFileSync(join(folder, name)), { mode: 0o600 });
    rmSync(join(folder, name));
    symlinkSync(real, join(folder, name));
    const third = open();
    await third.load([FIRST]);
    expect(third.of(FIRST)).toBeUndefined();
    expect(warnings()).toEqual([
      expect.stringMatching(/left unread.*others could read or write in it/),
      expect.stringMatching(/left unread.*symbolic link/),
    ]);
  });

  it('takes a file for another destination for none', async () => {
    const ledger = open();
    ledger.note(FIRST, madeOf({ a: 'one' }));
    await ledger.settle();
    const [name = ''] = files();
    const path = join(folder, name);
    writeFileSync(path, await keptText('/etc/other', madeOf({ a: 'one' }), () => false));
    const next = open();
    await next.load([FIRST]);
    expect(next.of(FIRST)).toBeUndefined();
    expect(warnings()).toEqual([expect.stringMatching(/first: it is of another file/)]);
  });

  it('knows of when an answer is by the time when it was last true, and of no time to come', async () => {
    const ledger = open();
    await clock.advance(1_000_000);
    ledger.note(FIRST, madeOf({ a: 'one' }));
    await ledger.settle();
    await clock.advance(5_000_000);
    await ledger.settle();
    const next = open();
    await next.load([FIRST]);
    expect(next.find('key(a)')?.atMs).toBe(6_000_000);
    clock = new ManualClock();
    const backThen = open();
    await backThen.load([FIRST]);
    expect(backThen.find('key(a)')?.atMs).toBe(0);
  });
});
