import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begin, type Begun } from '../../../../src/core/actor.ts';
import { Bus } from '../../../../src/core/bus.ts';
import { OwedMarkers } from '../../../../src/output/owed-markers.ts';
import { Drift } from '../../../../src/renderer/drift/drift.ts';
import type { WatchFolder } from '../../../../src/renderer/drift/folder-watches.ts';
import type { Target } from '../../../../src/renderer/target.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { makeTarget } from '../../../support/targets.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const NONE: ReadonlySet<string> = new Set();
const SETTLE_MS = 200;
const POLL_MS = 60_000;

/** A system that gives no watches. */
const refusing: WatchFolder = () => {
  throw Object.assign(new Error('no more'), { code: 'ENOSPC' });
};

describe('looking for drift', () => {
  let folder: string;
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let drift: Begun<Drift>;
  let restored: string[];
  let events: string[];

  const at = (name: string): string => join(folder, name);
  const drifts = (): string[] =>
    logger.records.flatMap(({ message }) => (/drifted/.test(message) ? message : []));
  const start = (watchFolder?: WatchFolder): void => {
    const bus = new Bus();
    bus.on('target:drifted', ({ target, restored: back }) =>
      events.push(`${target} ${String(back)}`),
    );
    const options = { clock, logger, bus, markers: new OwedMarkers(), secrets: () => NONE };
    const onRestored = ({ label }: Target): void => void restored.push(label);
    drift = begin(
      new Drift({
        ...options,
        onRestored,
        onGoodRestored: async () => undefined,
        ...(watchFolder !== undefined && { watchFolder }),
      }),
    );
  };
  const target = (name: string, fields: Partial<Target> = {}): Target =>
    makeTarget({ label: name, destination: at(name), ...fields });
  /** Writes a file as a publisher does. */
  const publish = async (file: Target, text: string): Promise<void> =>
    drift.actor.inTurn(async () => {
      writeFileSync(file.destination ?? '', text);
      drift.actor.note(file, text, NONE);
    });
  /** Lets time pass, and files be looked at, until the condition is true. */
  const until = (what: string, condition: () => boolean, stepMs = SETTLE_MS): Promise<unknown> =>
    waitUntil(
      async () => {
        if (condition()) return true;
        await clock.advance(stepMs);
        return condition();
      },
      { what, timeoutMs: 5000 },
    );
  /** Lets the looks end that are due now. */
  const looked = async (): Promise<void> => {
    await clock.advance(SETTLE_MS);
    await sleep(60);
    await clock.advance(SETTLE_MS);
    await sleep(60);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-drift-'));
    clock = new ManualClock();
    logger = recordingLogger();
    restored = [];
    events = [];
  });
  afterEach(async () => {
    await drift.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('polls where the system gives no watches, and says that once for all folders', async () => {
    start(refusing);
    await publish(target('a'), 'one\n');
    await publish(target('b'), 'one\n');
    await looked();
    appendFileSync(at('a'), 'mine\n');
    await looked();
    expect(drifts()).toEqual([]);
    await until('the poll', () => drifts().length > 0, POLL_MS);
    expect(drifts()).toEqual([expect.stringMatching(/^a drifted/)]);
    expect(events).toEqual(['a false']);
    expect(
      logger.records.filter(({ message }) => /watches no more folders \(ENOSPC\)/.test(message)),
    ).toHaveLength(1);
  });

  it('has one watch for a folder, whatever the number of files in it, and none after the stop', async () => {
    start();
    for (const name of ['a', 'b', 'c']) await publish(target(name), 'one\n');
    await looked();
    expect(inotifyWatches()).toBe(1);
    await drift.stop();
    expect(inotifyWatches()).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('judges nothing while files are being replaced', async () => {
    start();
    const file = target('a');
    await publish(file, 'one\n');
    await looked();
    let end: () => void = () => undefined;
    const turn = drift.actor.inTurn(async () => {
      writeFileSync(at('a'), 'half of t');
      await new Promise<void>((resolve) => (end = resolve));
      writeFileSync(at('a'), 'two\n');
      drift.actor.note(file, 'two\n', NONE);
    });
    await looked();
    await looked();
    end();
    await turn;
    await looked();
    expect(drifts()).toEqual([]);
  });

  it('takes a file that was written again with the same text for what it was', async () => {
    start();
    await publish(target('a', { onDrift: 'restore' }), 'one\n');
    await looked();
    writeFileSync(at('a'), 'one\n');
    await looked();
    expect(logger.text()).not.toMatch(/drift/);
    expect(restored).toEqual([]);
  });

  it('knows the mode that the config asks for, and not the one that the file was given before the first look', async () => {
    start();
    const file = { createDirs: false, backup: false, symlink: 'refuse', write: 'rename' } as const;
    await publish(target('a', { onDrift: 'restore', file: { ...file, mode: 0o640 } }), 'one\n');
    chmodSync(at('a'), 0o600);
    await until('the mode', () => (statSync(at('a')).mode & 0o7777) === 0o640);
    await until('the word', () => drifts().length > 0);
    expect(drifts()).toEqual([
      expect.stringMatching(/has mode 0600 and should have 0640; it was put back/),
    ]);
  });

  it('waits longer each time before it puts a file back that somebody else changes again', async () => {
    start();
    await publish(target('a', { onDrift: 'restore' }), 'one\n');
    await looked();
    const pauses: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      writeFileSync(at('a'), `theirs ${time}\n`);
      // The system tells of it in its own time.
      await sleep(60);
      const since = clock.now();
      // A busy machine takes more steps until it tells of the first.
      const stepMs = time === 0 ? SETTLE_MS : 1000;
      await until('it to be put back', () => readFileSync(at('a'), 'utf8') === 'one\n', stepMs);
      pauses.push(clock.now() - since);
      await looked();
    }
    for (const [time, least] of [0, 1000, 5000, 30_000, 120_000].entries()) {
      expect(pauses[time]).toBeGreaterThanOrEqual(least);
    }
    expect(pauses[0]).toBeLessThan(10_000);
    expect(logger.text()).toMatch(/put back 4 times in .* undo each other's work/);
    expect(restored).toHaveLength(5);
  });

  it('says a change that is made again and again less and less often, and counts each', async () => {
    start();
    await publish(target('a'), 'one\n');
    await looked();
    for (let time = 0; time < 12; time += 1) {
      writeFileSync(at('a'), `theirs ${time}\n`);
      await sleep(60);
      await until('it to be noticed', () => events.length > time);
    }
    expect(events).toHaveLength(12);
    expect(drifts().length).toBeLessThan(5);
  });

  it('puts all files back that somebody deletes together in one go', async () => {
    start();
    const names = Array.from({ length: 40 }, (_, number) => `f${number}`);
    for (const name of names) await publish(target(name, { onDrift: 'restore' }), `${name}\n`);
    await looked();
    for (const name of names) rmSync(at(name));
    await sleep(60);
    await clock.advance(SETTLE_MS);
    await waitUntil(() => restored.length === names.length, {
      what: 'all of them',
      timeoutMs: 5000,
    });
    expect(names.map((name) => readFileSync(at(name), 'utf8'))).toEqual(
      names.map((name) => `${name}\n`),
    );
  });

  it('shows no more than forty lines of a difference', async () => {
    start();
    const text = (word: string): string =>
      Array.from({ length: 200 }, (_, line) => `${word} ${line}\n`).join('');
    await publish(target('a'), text('ours'));
    await looked();
    writeFileSync(at('a'), text('theirs'));
    await until('it to be noticed', () => drifts().length > 0);
    const { diff } = logger.records.find(({ message }) => /drifted/.test(message))?.fields ?? {};
    expect(diff).toHaveLength(41);
    expect((diff as string[]).at(-1)).toMatch(/^\(\d+ more lines\)$/);
  });
});

/** Inotify watches of this process (proc(5)). */
function inotifyWatches(): number {
  return readdirSync('/proc/self/fdinfo')
    .filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:inotify';
      } catch {
        return false;
      }
    })
    .flatMap((fd) => readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').match(/^inotify /gm) ?? [])
    .length;
}
