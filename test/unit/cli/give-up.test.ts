import { describe, expect, it } from 'vitest';

import { giveUpOnTrouble } from '../../../src/cli/give-up.ts';
import { Bus } from '../../../src/core/bus.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('giving up', () => {
  const begin = (afterMs: number | undefined) => {
    const bus = new Bus();
    const clock = new ManualClock();
    const troubled = new Set<string>();
    const sentences: string[] = [];
    const end = giveUpOnTrouble({
      ...{ bus, clock, afterMs },
      isTroubled: (query) => troubled.has(query),
      giveUp: (sentence) => sentences.push(sentence),
    });
    const hold = (query: string): void => {
      troubled.add(query);
      bus.emit('query:held', { query, reason: 'refused' });
    };
    return { bus, clock, troubled, sentences, end, hold };
  };

  it('comes once, when one query has been in trouble for long enough', async () => {
    const { clock, sentences, hold } = begin(100);
    hold('key(a)');
    await clock.advance(50);
    hold('key(b)');
    await clock.advance(49);
    expect(sentences).toEqual([]);
    await clock.advance(1000);
    expect(sentences).toEqual(['key(a): refused; the config allows no more tries']);
  });

  it('does not come where the trouble ended, or nobody wants the query any more', async () => {
    const { bus, clock, troubled, sentences, hold } = begin(100);
    hold('key(a)');
    hold('key(b)');
    bus.emit('query:recovered', { query: 'key(a)' });
    troubled.delete('key(b)');
    await clock.advance(1000);
    expect(sentences).toEqual([]);
  });

  it('never comes without a limit, or after its end', async () => {
    const endless = begin(undefined);
    endless.hold('key(a)');
    await endless.clock.advance(1_000_000);
    expect(endless.sentences).toEqual([]);
    const ended = begin(100);
    ended.hold('key(a)');
    ended.end();
    await ended.clock.advance(1000);
    expect(ended.sentences).toEqual([]);
  });
});
