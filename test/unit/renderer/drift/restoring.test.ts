import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bus } from '../../../../src/core/bus.ts';
import { OwedMarkers } from '../../../../src/output/owed-markers.ts';
import type { Difference } from '../../../../src/renderer/drift/compare-file.ts';
import { Complaint } from '../../../../src/renderer/drift/complaint.ts';
import { ExpectedFile } from '../../../../src/renderer/drift/expected-file.ts';
import { Restoring } from '../../../../src/renderer/drift/restoring.ts';
import { Turns } from '../../../../src/renderer/drift/turns.ts';
import { UnderWay } from '../../../../src/renderer/drift/under-way.ts';
import { isFileTarget } from '../../../../src/renderer/target.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { makeTarget } from '../../../support/targets.ts';

const NONE: ReadonlySet<string> = new Set();
const FILE = { createDirs: false, backup: false, symlink: 'refuse', write: 'rename' } as const;
const DELETED: Difference = { kind: 'missing', what: 'was deleted', key: 'missing' };

describe('restoring a file', () => {
  let root: string;
  let path: string;
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let underWay: UnderWay;
  let restored: number;
  let restoring: Restoring;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'autotmpl-restoring-'));
    path = join(root, 'folder', 'a');
    mkdirSync(join(root, 'folder'));
    clock = new ManualClock();
    logger = recordingLogger();
    underWay = new UnderWay(() => expect.unreachable());
    restored = 0;
    const target = makeTarget({ label: 'a', destination: path, file: FILE });
    if (!isFileTarget(target)) return;
    const file = { target, expected: new ExpectedFile('one\n', NONE) };
    const parts = { clock, logger, bus: new Bus(), secrets: () => NONE };
    restoring = new Restoring(file, {
      ...{ clock, logger, underWay, turns: new Turns(), markers: new OwedMarkers() },
      complaint: new Complaint(file, parts),
      onGoodRestored: async () => undefined,
      onRestored: () => (restored += 1),
    });
  });
  afterEach(() => {
    restoring.stop();
    expect(clock.pending).toBe(0);
    rmSync(root, { recursive: true, force: true });
  });

  const later = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await underWay.ended();
  };

  it('is tried again when it fails, which is said once', async () => {
    rmSync(join(root, 'folder'), { recursive: true });
    await restoring.plan(DELETED);
    await later(1000);
    await later(5000);
    expect(logger.text().match(/cannot be put back/g)).toHaveLength(1);
    mkdirSync(join(root, 'folder'));
    await later(30_000);
    expect(readFileSync(path, 'utf8')).toBe('one\n');
    expect(restored).toBe(1);
  });

  it('counts only what came to be: one that failed for a while is no fight about the file', async () => {
    rmSync(join(root, 'folder'), { recursive: true });
    await restoring.plan(DELETED);
    await later(1000);
    mkdirSync(join(root, 'folder'));
    await later(5000);
    expect(restored).toBe(1);
    rmSync(path);
    await restoring.plan(DELETED);
    expect(logger.text()).toMatch(/it is put back in 1s/);
    expect(logger.text()).not.toMatch(/two programs/);
  });

  it('is not done when the file is right again before its time', async () => {
    await restoring.plan(DELETED);
    rmSync(path);
    await restoring.plan(DELETED);
    writeFileSync(path, 'two\n');
    restoring.cancel();
    await later(60_000);
    expect(readFileSync(path, 'utf8')).toBe('two\n');
  });

  it('is neither done nor planned after its end', async () => {
    await restoring.plan(DELETED);
    rmSync(path);
    restoring.stop();
    await restoring.plan(DELETED);
    expect(clock.pending).toBe(0);
    await later(60_000);
    expect(restored).toBe(1);
  });
});
