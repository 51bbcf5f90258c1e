import { describe, expect, it } from 'vitest';
import { Turns } from '../../../../src/renderer/drift/turns.ts';

describe('turns to replace files', () => {
  it('are one after the other, also after one that failed', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const slow = turns.replace(async () => {
      order.push('first begins');
      await new Promise((resolve) => setImmediate(resolve));
      order.push('first ends');
      throw new Error('no space');
    });
    const next = turns.take(async () => {
      order.push('second');
      return 2;
    });
    await expect(slow).rejects.toThrow('no space');
    expect(await next).toBe(2);
    expect(order).toEqual(['first begins', 'first ends', 'second']);
  });

  it('say whether files come to hold something else, which they do not when one is put back', async () => {
    const turns = new Turns();
    const said: boolean[] = [];
    const say = async (): Promise<void> => void said.push(turns.areReplacing);
    await Promise.all([turns.take(say), turns.replace(say)]);
    await turns
      .replace(async () => {
        throw new Error('no space');
      })
      .catch(() => undefined);
    expect([...said, turns.areReplacing]).toEqual([false, true, false]);
  });
});
