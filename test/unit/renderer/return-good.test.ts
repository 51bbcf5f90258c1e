import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cover } from '../../../src/output/owed-markers.ts';
import { readCurrent } from '../../../src/output/read-destination.ts';
import { resolveDestination } from '../../../src/output/resolve-destination.ts';
import { returnGood, type GoodReturn } from '../../../src/renderer/return-good.ts';
import { isFileTarget } from '../../../src/renderer/target.ts';
import { makeTarget } from '../../support/targets.ts';

describe('returning good files', () => {
  let folder: string;
  let steps: string[];
  const at = (name: string): string => join(folder, name);
  const texts = (): string[] => ['a', 'b'].map((name) => readFileSync(at(name), 'utf8'));

  /** A file of which a good one is kept, which had mode 0640. */
  const fileOf = async (name: string): Promise<GoodReturn> => {
    writeFileSync(at(`good-${name}`), `good ${name}`);
    chmodSync(at(`good-${name}`), 0o640);
    const good = await readCurrent(at(`good-${name}`));
    rmSync(at(`good-${name}`));
    writeFileSync(at(name), `bad ${name}`);
    const target = makeTarget({ label: name, destination: at(name) });
    if (good === undefined || !isFileTarget(target)) throw new Error('both are there');
    return { target, good, where: await resolveDestination(at(name), 'refuse') };
  };
  /** Stands for these files, and is overtaken by a swap of the others. */
  const coverOf = (...covered: readonly string[]): Cover => ({
    clear: async () => undefined,
    end: () => undefined,
    replace: async (destination, swap) => {
      if (!covered.some((name) => at(name) === destination)) return false;
      steps.push(`${destination} taken`);
      await swap();
      steps.push(`${destination} free`);
      return true;
    },
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-return-'));
    steps = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('puts all back with their modes, and notes it before any may be replaced', async () => {
    const returns = [await fileOf('a'), await fileOf('b')];
    const note = async () => void steps.push('noted');
    expect(await returnGood(returns, coverOf('a', 'b'), note)).toBe(true);
    expect(texts()).toEqual(['good a', 'good b']);
    expect(['a', 'b'].map((name) => statSync(at(name)).mode & 0o7777)).toEqual([0o640, 0o640]);
    expect(steps).toEqual([
      ...[`${at('a')} taken`, `${at('b')} taken`, 'noted'],
      ...[`${at('b')} free`, `${at('a')} free`],
    ]);
    expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
  });

  it('puts none back where one of them is another by now', async () => {
    const returns = [await fileOf('a'), await fileOf('b')];
    const note = async () => void steps.push('noted');
    expect(await returnGood(returns, coverOf('a'), note)).toBe(false);
    expect(texts()).toEqual(['bad a', 'bad b']);
    expect(steps).not.toContain('noted');
  });

  it('puts none back, and leaves nothing, where one cannot be written', async () => {
    const [a, b] = [await fileOf('a'), await fileOf('b')];
    const lost = { ...b, where: await resolveDestination(at('none/b'), 'refuse') };
    const target = { ...b.target, file: { ...b.target.file, createDirs: false } };
    const returns = [a, { ...lost, target }];
    await expect(returnGood(returns, coverOf('a', 'b'), async () => undefined)).rejects.toThrow(
      'none/b',
    );
    expect(texts()).toEqual(['bad a', 'bad b']);
    expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
  });
});
