import { describe, expect, it } from 'vitest';
import { FirstBatch } from '../../../src/renderer/first-batch.ts';
import type { Reload } from '../../../src/renderer/reload.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const reload = (command: string): Reload => ({ command, timeoutMs: 1, targets: [], reasons: [] });

describe('the commands of the start', () => {
  const begin = () => {
    const clock = new ManualClock();
    const asked: unknown[][] = [];
    const batch = new FirstBatch((reloads) => asked.push(reloads.map(({ command }) => command)));
    batch.begin(clock);
    return { clock, asked, batch };
  };

  it('run together when all files are there, and those that come later at once', () => {
    const { clock, asked, batch } = begin();
    batch.add([reload('a')], () => false);
    expect([batch.isOpen, asked]).toEqual([true, []]);
    batch.add([reload('b')], () => true);
    batch.add([reload('c')], () => false);
    expect([batch.isOpen, asked]).toEqual([false, [['a', 'b'], ['c']]]);
    expect(clock.pending).toBe(0);
  });

  it('wait two seconds for files that do not come', async () => {
    const { clock, asked, batch } = begin();
    batch.add([reload('a')], () => false);
    await clock.advance(1999);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(asked).toEqual([['a']]);
  });
});
