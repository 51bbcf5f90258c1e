import { EventEmitter } from 'node:events';
import type { FSWatcher } from 'node:fs';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Lookout } from '../../../../src/renderer/drift/lookout.ts';
import { UnderWay } from '../../../../src/renderer/drift/under-way.ts';
import { isFileTarget, type FileTarget } from '../../../../src/renderer/target.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { makeTarget } from '../../../support/targets.ts';

const SETTLE_MS = 200;
const FILE = { createDirs: false, backup: false, symlink: 'follow', write: 'rename' } as const;

describe('a lookout', () => {
  let folder: string;
  let clock: ManualClock;
  let underWay: UnderWay;
  let failures: unknown[];
  let looks: string[];
  let watched: Map<string, (name: string | null) => void>;
  let lookout: Lookout<string>;

  const at = (name: string): string => join(folder, name);
  const target = (name: string): FileTarget => {
    const made = makeTarget({ label: name, destination: at(name), file: FILE });
    if (!isFileTarget(made)) throw new Error('it has a destination');
    return made;
  };
  /** Has files looked after, and waits for the first look at them. */
  const add = async (...names: string[]): Promise<void> => {
    for (const name of names) lookout.add(name, target(name));
    await underWay.ended();
    await later(SETTLE_MS);
    looks.length = 0;
  };
  const later = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await underWay.ended();
  };
  /** The system tells of a name in a folder; null: of the folder itself. */
  const happens = (name: string, inFolder = folder): void => watched.get(inFolder)?.(name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-lookout-'));
    clock = new ManualClock();
    failures = [];
    underWay = new UnderWay((error) => failures.push(error));
    looks = [];
    watched = new Map();
    lookout = new Lookout<string>({
      ...{ clock, logger: recordingLogger(), underWay },
      look: async (name) => void looks.push(name),
      watchFolder: (path, onEvent) => {
        watched.set(path, onEvent);
        return Object.assign(new EventEmitter(), { close: () => undefined }) as FSWatcher;
      },
    });
    for (const name of ['a', 'b']) writeFileSync(at(name), 'one\n');
  });
  afterEach(() => {
    lookout.stop();
    expect(clock.pending).toBe(0);
    expect(failures).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('looks once at a file to which many things happen, when those who change it had time to finish', async () => {
    await add('a', 'b');
    for (let time = 0; time < 5; time += 1) happens('a');
    happens('c');
    await later(SETTLE_MS - 1);
    expect(looks).toEqual([]);
    await later(1);
    expect(looks).toEqual(['a']);
  });

  it('watches the folder of a link and that of the file that it leads to', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/c'), 'one\n');
    symlinkSync('real/c', at('link'));
    await add('link');
    for (const path of [at('link'), at('real/c')]) {
      happens(path.split('/').at(-1) ?? '', dirname(path));
      await later(SETTLE_MS);
    }
    expect(looks).toEqual(['link', 'link']);
  });

  it('looks at all files each minute, whatever it is told', async () => {
    lookout.begin();
    await add('a', 'b');
    await later(60_000 - SETTLE_MS);
    expect(looks).toEqual(['a', 'b']);
    await later(60_000);
    expect(looks).toEqual(['a', 'b', 'a', 'b']);
  });

  it('looks for a folder that is gone later each time, and watches it when it is back', async () => {
    mkdirSync(at('gone'));
    writeFileSync(at('gone/d'), 'one\n');
    await add('gone/d');
    rmSync(at('gone'), { recursive: true });
    happens('gone', at('gone'));
    watched.clear();
    for (const pauseMs of [1000, 2000, 4000]) await later(pauseMs);
    expect(looks).toEqual(['gone/d']);
    mkdirSync(at('gone'));
    await later(7999);
    expect(watched.size).toBe(0);
    await later(1);
    expect([...watched.keys()]).toEqual([at('gone')]);
    await later(SETTLE_MS);
    expect(looks).toEqual(['gone/d', 'gone/d']);
  });

  it('looks at nothing after its end', async () => {
    lookout.begin();
    await add('a');
    happens('a');
    lookout.stop();
    happens('a');
    lookout.touch('a');
    await later(60_000);
    expect(looks).toEqual([]);
  });
});
