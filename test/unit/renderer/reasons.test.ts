import { describe, expect, it } from 'vitest';
import { Reasons } from '../../../src/renderer/reasons.ts';

describe('the reasons to render a target', () => {
  it('are kept where a text comes to nothing, before those that came meanwhile', () => {
    const reasons = new Reasons();
    reasons.changed('key(a)');
    expect(reasons.take()).toEqual({ anew: false });
    reasons.changed('key(b)');
    reasons.giveBack();
    reasons.take();
    expect(reasons.taken).toEqual(['key(a)', 'key(b)']);
    reasons.take();
    expect(reasons.taken).toEqual([]);
    expect(reasons.sentence('first rendering')).toBe('first rendering');
  });

  it('have somebody who asked ask again only for a text that never came to be judged', () => {
    const reasons = new Reasons();
    reasons.askFor();
    const text = reasons.take();
    expect(text).toEqual({ anew: true });
    reasons.giveBack();
    expect(reasons.take()).toEqual({ anew: false });
    reasons.giveBack(text);
    expect(reasons.take()).toEqual({ anew: true });
  });

  it('are forgotten where there is nothing left to render from, and said in a few words', () => {
    const reasons = new Reasons();
    for (let number = 0; number < 9; number += 1) reasons.changed(`key(${number})`);
    expect([reasons.forget('key(0)'), reasons.forget('key(0)')]).toEqual([true, false]);
    expect(reasons.areThere).toBe(true);
    reasons.take();
    expect(reasons.areThere).toBe(false);
    expect(reasons.sentence('')).toBe('key(1), key(2), key(3), key(4), key(5)');
  });
});
