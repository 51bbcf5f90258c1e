import { describe, expect, it } from 'vitest';
import { CONSUL } from '../../../../src/catalog/consul/server.ts';
import type { Finding, RequestPlan } from '../../../../src/catalog/blocking/request-plan.ts';
import { Suspicion } from '../../../../src/catalog/blocking/suspicion.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

/** A list of names stands for any value; `finding` is what the servers say of the token's rights. */
class Judged {
  readonly clock = new ManualClock();
  finding: Finding = 'granted';
  asked = 0;
  readonly #suspicion: Suspicion;

  constructor(believed?: { readonly value: string; readonly index: number }) {
    const plan: RequestPlan = {
      label: 'datacenters()',
      path: '/',
      follows: 'index',
      mayBeAbsent: false,
      isShort: true,
      fromServers: true,
      aclRule: 'all rules',
      read: () => [],
      scrutiny: {
        size: (value) => (value as readonly string[]).length,
        fromFirst: true,
        findRights: () => {
          this.asked += 1;
          return Promise.resolve(this.finding);
        },
      },
    };
    this.#suspicion = new Suspicion(plan, CONSUL, this.clock);
    if (believed !== undefined) this.believe(believed.value, believed.index);
  }

  /** Each character is a member. */
  believe(value: string, index: number, isFiltered = false): void {
    this.#suspicion.believe([...value], { index, digest: value, isFiltered });
  }

  shake(): void {
    this.#suspicion.shake();
  }

  /** What there is to say against an answer; '' where it is believed. */
  async judge(value: string, index: number, isFiltered = false): Promise<string> {
    if (!this.#suspicion.isDue([...value])) return '';
    const evidence = { index, digest: value, isFiltered };
    const doubt = await this.#suspicion.judge([...value], evidence, () => {
      throw new Error('nobody is asked here');
    });
    expect(this.#suspicion.isOn).toBe(doubt !== undefined);
    if (doubt === undefined) this.believe(value, index, isFiltered);
    if (doubt === undefined) return '';
    return `${doubt.passes ? 'for a while: ' : ''}${doubt.reason.message}; ${doubt.reason.advice ?? ''}`;
  }
}

describe('an answer that lost something', () => {
  it('is not looked at where it has as much as before, or more', async () => {
    const judged = new Judged({ value: 'ab', index: 5 });
    judged.shake();
    expect([await judged.judge('cd', 5), await judged.judge('abc', 2)]).toEqual(['', '']);
    expect(judged.asked).toBe(0);
  });

  it.each<Finding>(['granted', 'unknown'])(
    'is believed where it is little, its index has advanced, nothing was amiss, and rights are %s',
    async (finding) => {
      const judged = new Judged({ value: 'abcd', index: 5 });
      judged.finding = finding;
      expect(await judged.judge('abc', 6)).toBe('');
      expect(judged.asked).toBe(1);
    },
  );

  it('is not believed where it is little that the token may not read any more', async () => {
    const judged = new Judged({ value: 'abcd', index: 5 });
    judged.finding = { missing: 'one rule' };
    expect(await judged.judge('abc', 6)).toMatch(/may not read; the token needs one rule/);
  });

  it.each(['', 'ab'])(
    'is believed where it is half or all of it (to "%s"), and the token may read what is missing',
    async (value) => {
      const judged = new Judged({ value: 'abcd', index: 5 });
      expect(await judged.judge(value, 6)).toBe('');
      expect(judged.asked).toBe(1);
    },
  );

  it('is not believed as long as the token may not read what is missing', async () => {
    const judged = new Judged({ value: 'abcd', index: 5 });
    judged.finding = { missing: 'one rule' };
    const told = 'Consul leaves out what the token may not read; the token needs one rule';
    expect(await judged.judge('', 6)).toBe(told);
    await judged.clock.advance(3_600_000);
    expect(await judged.judge('abc', 9)).toBe(told);
    expect(judged.asked).toBe(2);
    judged.finding = 'granted';
    // Rights that come back show in the answer, or else every 10 s.
    await judged.clock.advance(9999);
    expect(await judged.judge('abc', 9)).toBe(told);
    await judged.clock.advance(1);
    expect(await judged.judge('abc', 9)).toBe('');
    expect(judged.asked).toBe(3);
  });
});

describe('where the servers do not say what the token may read, an answer', () => {
  it('is believed when its index has advanced', async () => {
    const judged = new Judged({ value: 'ab', index: 5 });
    judged.finding = 'unknown';
    expect(await judged.judge('', 6)).toBe('');
  });

  it('is not believed when the catalog does not show its own service any more', async () => {
    const judged = new Judged({ value: 'ab', index: 5 });
    judged.finding = 'blind';
    expect(await judged.judge('', 6)).toMatch(/no longer its own service.*needs all rules/);
  });

  it('is not believed when it says, for the first time, that something is left out', async () => {
    const judged = new Judged({ value: 'abcd', index: 5 });
    judged.finding = 'unknown';
    expect(await judged.judge('abc', 6, true)).toMatch(/says that it leaves out.*needs all rules/);
    const used = new Judged();
    used.finding = 'unknown';
    used.believe('abcd', 5, true);
    expect(await used.judge('abc', 6, true)).toBe('');
  });

  it('is not believed when its index stood still, not even once that moves on', async () => {
    const judged = new Judged({ value: 'abcd', index: 5 });
    judged.finding = 'unknown';
    expect(await judged.judge('abc', 5)).toMatch(/though nothing has changed.*needs all rules/);
    expect(await judged.judge('abc', 9)).toMatch(/though nothing has changed/);
    judged.finding = 'granted';
    expect(await judged.judge('ab', 10)).toBe('');
  });

  it('is not judged by an index that counts nothing', async () => {
    const judged = new Judged({ value: 'ab', index: 1 });
    judged.finding = 'unknown';
    expect(await judged.judge('', 1)).toBe('');
  });
});

describe('a catalog that began anew', () => {
  it('is believed once it has said the same for 5 s', async () => {
    const judged = new Judged({ value: 'abcd', index: 50 });
    expect(await judged.judge('', 3)).toMatch(/^for a while: .*index went back.*for 5s/);
    await judged.clock.advance(4999);
    expect(await judged.judge('', 60)).toMatch(/^for a while: /);
    expect(judged.asked).toBe(1);
    await judged.clock.advance(1);
    expect(await judged.judge('', 61)).toBe('');
    expect(judged.asked).toBe(2);
  });

  it('is given as long again with each service that comes back, and 30 s in all', async () => {
    const judged = new Judged({ value: 'abcdefghij'.repeat(10), index: 50 });
    for (let second = 0; second < 30; second += 1) {
      expect(await judged.judge('x'.repeat(second), 3 + second)).toMatch(/^for a while: /);
      await judged.clock.advance(1000);
    }
    expect(await judged.judge('x'.repeat(30), 90)).toBe('');
  });

  it('is believed at once when nothing is missing any more', async () => {
    const judged = new Judged({ value: 'ab', index: 50 });
    expect(await judged.judge('', 3)).not.toBe('');
    expect(await judged.judge('ab', 4)).toBe('');
  });

  it('is looked for after any trouble, even where its index is higher by then', async () => {
    const judged = new Judged({ value: 'ab', index: 5 });
    judged.shake();
    expect(await judged.judge('', 9)).toMatch(/^for a while: Consul was away/);
    await judged.clock.advance(5000);
    expect(await judged.judge('', 9)).toBe('');
  });

  it('is not suspected after trouble where only a little is missing', async () => {
    const judged = new Judged({ value: 'abcd', index: 5 });
    judged.shake();
    expect(await judged.judge('abc', 6)).toBe('');
  });

  it('is waited for anew when there is trouble in between', async () => {
    const judged = new Judged({ value: 'ab', index: 50 });
    await judged.judge('', 3);
    await judged.clock.advance(4000);
    judged.shake();
    expect(await judged.judge('', 3)).not.toBe('');
    await judged.clock.advance(4000);
    expect(await judged.judge('', 3)).not.toBe('');
  });
});

describe('the first answer of all', () => {
  it('is believed where it is not empty, and where nothing speaks against it', async () => {
    const judged = new Judged();
    expect(await judged.judge('', 5)).toBe('');
    for (const finding of ['unknown', 'blind'] as const) {
      const other = new Judged();
      other.finding = finding;
      expect(await other.judge('', 5)).toBe('');
    }
  });

  it('is not believed where it is empty and says that something was left out', async () => {
    const judged = new Judged();
    judged.finding = 'unknown';
    expect(await judged.judge('', 5, true)).toMatch(/says that it leaves out.*needs all rules/);
    expect(await judged.judge('a', 5, true)).toBe('');
  });

  it('is not believed where it is empty because the token may not read it', async () => {
    const judged = new Judged();
    judged.finding = { missing: 'one rule' };
    expect(await judged.judge('', 5)).toMatch(/may not read; the token needs one rule/);
  });
});
