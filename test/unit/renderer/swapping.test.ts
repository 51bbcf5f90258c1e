import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeError } from '../../../src/core/errors.ts';
import { OwedMarkers, type Swap } from '../../../src/output/owed-markers.ts';
import { PromptFolders } from '../../../src/output/prompt-folders.ts';
import type { StagedFile } from '../../../src/output/staged-file.ts';
import { outcomeOf, SIDE_BY_SIDE, type Step } from '../../../src/renderer/step.ts';
import { Swapping } from '../../../src/renderer/swapping.ts';
import { unitsOf } from '../../../src/renderer/units.ts';
import type { Publication } from '../../../src/renderer/publisher.ts';
import { runCheck } from '../../../src/renderer/run-check.ts';
import { filePublisher, NEVER, publishAll } from '../../support/file-publisher.ts';
import { settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { makeTarget } from '../../support/targets.ts';

const publication = (label: string, fields: Partial<Publication> = {}): Publication => ({
  target: makeTarget({ label, destination: `/nowhere/${label}` }),
  ...{ text: label, secrets: new Set(), files: [], ...fields },
});

/** Staged files that are put in place when a test says so; `log` is what began and what ended, in order. */
class Stage {
  readonly log: string[] = [];
  readonly placed: string[] = [];
  readonly swapping = new Swapping({
    markers: new OwedMarkers(),
    lastGood: undefined,
    folders: new PromptFolders(),
    logger: recordingLogger(),
    onPlaced: ({ label }) => this.placed.push(label),
  });
  readonly #ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();

  step(label: string, beside: readonly string[] = [], fields: Partial<Publication> = {}): Step {
    return {
      publication: publication(label, fields),
      staged: this.#file(label),
      beside: beside.map((name) => this.#file(name)),
    };
  }

  /** Files that are being put in place. */
  get underWay(): readonly string[] {
    return [...this.#ends.keys()];
  }

  async end(label: string, error?: Error): Promise<void> {
    const end = this.#ends.get(label);
    this.#ends.delete(label);
    if (error === undefined) end?.resolve();
    else end?.reject(error);
    await settle();
  }

  #file(label: string): StagedFile {
    return {
      destination: `/nowhere/${label}`,
      commit: async () => {
        this.log.push(label);
        await new Promise<void>((resolve, reject) => this.#ends.set(label, { resolve, reject }));
        return 'renamed';
      },
      discard: async () => void this.log.push(`discarded ${label}`),
    };
  }
}

const names = (count: number) => Array.from({ length: count }, (_, at) => `file ${at}`);

describe('files that have to do with no other', () => {
  it('are put in place side by side, as many as are worked on together', async () => {
    const stage = new Stage();
    const labels = names(SIDE_BY_SIDE + 2);
    const swapped = stage.swapping.swapAll(unitsOf(labels.map((label) => stage.step(label))));
    await settle();
    expect(stage.underWay).toEqual(labels.slice(0, SIDE_BY_SIDE));
    await stage.end('file 5');
    expect(stage.log.at(-1)).toBe(`file ${SIDE_BY_SIDE}`);
    for (const label of labels) await stage.end(label);
    await swapped;
    expect(stage.placed.sort()).toEqual([...labels].sort());
  });

  it('are put in place though one of them cannot be, or takes its time', async () => {
    const stage = new Stage();
    const labels = names(SIDE_BY_SIDE * 2);
    const steps = labels.map((label) => stage.step(label));
    const swapped = stage.swapping.swapAll(unitsOf(steps));
    await settle();
    await stage.end('file 0', new Error('no space'));
    for (const label of labels) if (label !== 'file 1') await stage.end(label);
    expect(stage.underWay).toEqual(['file 1']);
    await stage.end('file 1');
    await swapped;
    const [first, ...others] = steps.map(outcomeOf);
    expect(first).toMatchObject({ outcome: 'failed' });
    expect(first?.outcome === 'failed' && describeError(first.error)).toBe(
      'cannot write file 0: no space',
    );
    expect(new Set(others.map(({ outcome }) => outcome))).toEqual(new Set(['written']));
    expect(stage.placed).toHaveLength(labels.length - 1);
    expect(stage.log).toContain('discarded file 0');
  });
});

describe('files that have others beside them', () => {
  it('are put in place one after the other, in order, each after its own and after all that are alone', async () => {
    const stage = new Stage();
    const steps = [
      stage.step('a', ['beside a']),
      stage.step('alone'),
      stage.step('b', ['beside b', 'also beside b']),
    ];
    const swapped = stage.swapping.swapAll(unitsOf(steps));
    const order = ['alone', 'beside a', 'a', 'beside b', 'also beside b', 'b'];
    for (const [at, label] of order.entries()) {
      await settle();
      expect(stage.log).toEqual(order.slice(0, at + 1));
      await stage.end(label);
    }
    await swapped;
    expect(stage.placed).toEqual(['alone', 'a', 'b']);
  });

  it('stay as they are where one beside them cannot be put in place, and others do not', async () => {
    const stage = new Stage();
    const steps = [stage.step('a', ['beside a']), stage.step('b', ['beside b'])];
    const swapped = stage.swapping.swapAll(unitsOf(steps));
    await settle();
    await stage.end('beside a', new Error('no space'));
    expect(stage.log.slice(0, 3)).toEqual(['beside a', 'discarded beside a', 'discarded a']);
    for (const label of ['beside b', 'b']) await stage.end(label);
    await swapped;
    expect(steps.map((step) => outcomeOf(step).outcome)).toEqual(['failed', 'written']);
  });
});

describe('a publisher of files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-swapping-'));
  });
  afterEach(() => {
    expect(readdirSync(folder).filter((name) => /autotmpl-(\d|journal)/.test(name))).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  /** Notes who is at which file. */
  class WatchedMarkers extends OwedMarkers {
    readonly seen: string[] = [];

    override async around<Result>(destination: string, swap: Swap<Result>) {
      this.seen.push(`+${destination.slice(folder.length + 1)}`);
      await settle();
      try {
        return await super.around(destination, swap);
      } finally {
        this.seen.push(`-${destination.slice(folder.length + 1)}`);
      }
    }
  }

  const publicationOf = (name: string, text: string, fileGroup?: string): Publication =>
    publication(name, {
      text,
      target: makeTarget({
        ...{ label: name, destination: join(folder, name), command: 'true' },
        ...(fileGroup !== undefined && { fileGroup }),
      }),
    });

  it('is never at one file twice at once: a later text comes after the one before', async () => {
    const markers = new WatchedMarkers();
    const publisher = filePublisher({ markers });
    const texts = ['one', 'two', 'three'];
    await Promise.all(
      texts.map((text) =>
        publishAll(
          publisher,
          ['a', 'b'].map((name) => publicationOf(name, text)),
        ),
      ),
    );
    expect([read('a'), read('b')]).toEqual(['three', 'three']);
    for (const name of ['a', 'b']) {
      const ofOne = markers.seen.filter((entry) => entry.endsWith(name));
      expect(ofOne).toEqual(texts.flatMap(() => [`+${name}`, `-${name}`]));
    }
    // Both at once, though.
    expect(markers.seen.slice(0, 2)).toEqual(['+a', '+b']);
  });

  it('puts the files of a group in place in their order, when all that are alone are there, and no group before another is', async () => {
    const markers = new WatchedMarkers();
    const publisher = filePublisher({ markers });
    const batch = [
      publicationOf('a1', 'new', 'a'),
      publicationOf('b1', 'new', 'b'),
      publicationOf('alone', 'new'),
      publicationOf('a2', 'new', 'a'),
      publicationOf('b2', 'new', 'b'),
    ];
    const published = await publishAll(publisher, batch);
    expect(published.map(({ outcome }) => outcome)).toEqual(batch.map(() => 'written'));
    expect(markers.seen).toEqual([
      ...['+alone', '-alone'],
      ...['+a1', '+a2', '-a2', '-a1'],
      ...['+b1', '+b2', '-b2', '-b1'],
    ]);
  });

  it.each([undefined, 'group'])(
    'leaves no marker of a command where nothing was put in place (group: %s), so that the file that stays counts as good',
    async (group) => {
      const publisher = filePublisher({
        runCheck: (request, signal) => {
          mkdirSync(join(folder, 'b'));
          return runCheck(request, { environment: process.env, insist: NEVER }, signal);
        },
      });
      const a = publicationOf('a', 'new', group);
      const b = publicationOf('b', 'new', group);
      const check = { command: 'true', timeoutMs: 10_000 };
      const batch = group === undefined ? [] : [a];
      const published = await publishAll(publisher, [
        ...batch,
        { ...b, target: { ...b.target, check } },
      ]);
      expect(published.map(({ outcome }) => outcome)).not.toContain('written');
      expect(readdirSync(folder)).toEqual(['b']);
    },
  );

  it('finds no command owed that is under way on the file, where the config was read again meanwhile', async () => {
    const markers = new OwedMarkers();
    await publishAll(filePublisher({ markers }), [publicationOf('a', 'new')]);
    const startAnew = () => publishAll(filePublisher({ markers }), [publicationOf('a', 'new')]);
    const cover = markers.cover([join(folder, 'a')], 'true');
    expect(await startAnew()).toEqual([{ outcome: 'unchanged', commandOwed: false }]);
    // It failed.
    cover.end();
    expect(await startAnew()).toEqual([{ outcome: 'unchanged', commandOwed: true }]);
  });
});
