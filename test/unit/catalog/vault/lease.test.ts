import { describe, expect, it } from 'vitest';
import {
  untilReadMs,
  untilRenewalMs,
  untilThresholdMs,
} from '../../../../src/catalog/vault/lease.ts';
import type { VaultSecret } from '../../../../src/catalog/vault-facts.ts';

const SECRET: VaultSecret = {
  RequestID: '',
  LeaseID: '',
  LeaseDuration: 0,
  Renewable: false,
  Data: {},
  Warnings: [],
  Auth: null,
  WrapInfo: null,
};
const AUTH = {
  ...{ ClientToken: 't', Accessor: '', Policies: [], Metadata: {} },
  ...{ LeaseDuration: 60, Renewable: false },
};
const rules = (random: number, threshold = 0.9) => ({
  defaultLeaseMs: 300_000,
  threshold,
  random: () => random,
});

describe('the threshold', () => {
  it('is spread by 5 % to either side', () => {
    expect(untilThresholdMs(100_000, rules(0))).toBeCloseTo(85_000);
    expect(untilThresholdMs(100_000, rules(0.5))).toBeCloseTo(90_000);
    expect(untilThresholdMs(100_000, rules(1))).toBeCloseTo(95_000);
  });

  it('is not spread beyond the lease, nor to before its beginning', () => {
    expect(untilThresholdMs(100_000, rules(1, 0.98))).toBeCloseTo(98_000);
    expect(untilThresholdMs(100_000, rules(0, 0.03))).toBeCloseTo(3000);
  });

  it('is no shorter than a second, whatever the lease', () => {
    expect(untilThresholdMs(0, rules(0))).toBe(1000);
    expect(untilRenewalMs(0, () => 0)).toBe(1000);
  });
});

describe('a secret that cannot be renewed is read again', () => {
  it.each<[string, Partial<VaultSecret>, 'again' | 'once', number]>([
    ['after the default where it has no lease', {}, 'again', 270_000],
    ['at the threshold of its lease', { LeaseID: 'l', LeaseDuration: 100 }, 'again', 90_000],
    [
      'no later than the default where nothing is leased',
      { LeaseDuration: 2_764_800 },
      'again',
      270_000,
    ],
    ['sooner where it says so', { LeaseDuration: 100 }, 'again', 90_000],
    [
      'in its own time where it was written for',
      { LeaseDuration: 2_764_800 },
      'once',
      2_488_320_000,
    ],
    ['at the threshold of its login', { Auth: AUTH }, 'once', 54_000],
    [
      'a second after Vault rotates it',
      { Data: { rotation_period: 86_400, ttl: 40 } },
      'again',
      41_000,
    ],
  ])('%s', (_, fields, how, expected) => {
    expect(untilReadMs({ ...SECRET, ...fields }, rules(0.5), how)).toBeCloseTo(expected);
  });
});

it('a renewal comes between a half and two thirds of a lease', () => {
  expect(untilRenewalMs(60_000, () => 0)).toBeCloseTo(30_000);
  expect(untilRenewalMs(60_000, () => 1)).toBeCloseTo(40_000);
});
