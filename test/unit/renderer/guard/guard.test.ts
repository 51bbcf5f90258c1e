import { describe, expect, it } from 'vitest';
import { Bus } from '../../../../src/core/bus.ts';
import { Guard } from '../../../../src/renderer/guard/guard.ts';
import { GuardMemories } from '../../../../src/renderer/guard/memory.ts';
import { MemoryLedger } from '../../../../src/renderer/ledger.ts';
import { Facts, guardRules } from '../../../support/guarded.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { makeTarget } from '../../../support/targets.ts';

/** A guard over a file that is made of `before`. */
function guardOf(before: Facts) {
  const rules = guardRules({ maxRemovedPercent: new Map([['*', 50]]) });
  const target = makeTarget({ label: 'out', destination: '/out' });
  const ledger = new MemoryLedger();
  ledger.note(target, before.values);
  let dues = 0;
  const guard = new Guard(target, rules, {
    ledger,
    memories: new GuardMemories(),
    recall: () => undefined,
    once: false,
    releaseAdvice: () => 'release it',
    clock: new ManualClock(),
    bus: new Bus(),
    logger: recordingLogger(),
    onDue: () => (dues += 1),
  });
  const judge = ({ used, values }: Facts) => guard.judge({ used, madeOf: values, text: '' });
  return { guard, judge, dues: () => dues };
}

const sales = (...ids: string[]): Facts => new Facts().withService('sales', ...ids);

describe('a guard that is told to release', () => {
  it('lets pass what it refused, and has it looked at at once', () => {
    const { guard, judge, dues } = guardOf(sales('a', 'b', 'c', 'd'));
    const refused = sales('a');
    expect(judge(refused)?.fresh).toEqual(['maxRemovedPercent']);
    guard.release();
    expect(dues()).toBe(1);
    expect(judge(refused)).toBeUndefined();
  });

  it('judges what came in the same moment by what was released', () => {
    const { guard, judge } = guardOf(sales('a', 'b', 'c', 'd'));
    judge(sales('a'));
    guard.release();
    expect(judge(sales())?.error.message).toContain('sales went from 1 instance to none');
    // More than what was released is no loss, though it is less than what the file has.
    expect(judge(sales('a'))).toBeUndefined();
  });

  it('takes less than all of what the file had as released until the file is made of it', () => {
    const { guard, judge } = guardOf(sales('a', 'b', 'c', 'd'));
    judge(sales('a'));
    guard.release();
    judge(sales('a'));
    judge(sales('a'));
    guard.accepted(true);
    // The ledger of this test still knows the four.
    expect(judge(sales('a'))).toBeDefined();
  });
});
