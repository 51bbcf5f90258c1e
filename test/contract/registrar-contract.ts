import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  HealthReport,
  HealthStatus,
  Registrar,
  ServiceEntry,
} from '../../src/catalog/registrar.ts';

/** An entry as the catalog tells it to those who look for the service. */
export interface SeenEntry {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly status: HealthStatus;
  readonly output: string;
}

/** A backend whose entries can be looked at and changed from outside, as its users do. */
export interface RegistrarHarness {
  /** A new registrar on the same catalog. */
  createRegistrar(): Registrar;
  /** What the catalog says of an entry; undefined where it has none. */
  seen(id: string): Promise<SeenEntry | undefined>;
  /** Somebody else writes an entry of this id. */
  overwrite(entry: ServiceEntry, status: HealthStatus): Promise<void>;
  /** The entry goes behind the registrar's back. */
  remove(id: string): Promise<void>;
  /** Takes every entry of the tests away. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** An entry as a job makes one. */
export function entryOf(overrides: Partial<ServiceEntry> = {}): ServiceEntry {
  const id = overrides.id ?? 'app-host';
  return {
    id,
    name: 'app',
    address: '127.0.0.1',
    port: 8000,
    tags: ['b', 'a'],
    meta: { version: '1.2', owner: 'ops' },
    enableTagOverride: false,
    check: {
      id,
      name: id,
      notes: 'TTL for app',
      ttlMs: 60_000,
    },
    ...overrides,
  };
}

const PASSING: HealthReport = { status: 'passing', output: 'ok' };
const CRITICAL: HealthReport = { status: 'critical', output: 'curl: (7) refused' };

/** What every backend that takes services must do, each in the same words. */
export function describeRegistrar(
  backend: string,
  createHarness: () => Promise<RegistrarHarness>,
): void {
  describe(`the ${backend} registrar`, () => {
    const never = new AbortController().signal;
    let harness: RegistrarHarness;
    let registrar: Registrar;

    beforeAll(async () => {
      harness = await createHarness();
    });
    afterAll(() => harness.close());
    beforeEach(async () => {
      await harness.clear();
      registrar = harness.createRegistrar();
    });
    afterEach(() => registrar.close());

    it('registers an entry with all that it is, and its health', async () => {
      expect(await registrar.keep(entryOf(), PASSING, never)).toBe('registered');
      expect(await harness.seen('app-host')).toEqual({
        name: 'app',
        address: '127.0.0.1',
        port: 8000,
        tags: ['b', 'a'],
        meta: { version: '1.2', owner: 'ops' },
        ...PASSING,
      });
    });

    it.each<HealthReport>([
      { status: 'warning', output: 'disk at 91 %' },
      CRITICAL,
      { status: 'passing', output: 'größer – "quoted"\nand a second line' },
      { status: 'passing', output: '' },
    ])('registers and reports a health of $status with its output', async (report) => {
      await registrar.keep(entryOf(), report, never);
      expect(await harness.seen('app-host')).toMatchObject(report);
      await registrar.keep(entryOf(), { status: 'critical', output: 'else' }, never);
      expect(await registrar.keep(entryOf(), report, never)).toBe('kept');
      expect(await harness.seen('app-host')).toMatchObject(report);
    });

    it('keeps what is right, and tells it only the health', async () => {
      await registrar.keep(entryOf(), PASSING, never);
      expect(await registrar.keep(entryOf(), CRITICAL, never)).toBe('kept');
      expect(await harness.seen('app-host')).toMatchObject(CRITICAL);
    });

    it.each<[string, Partial<ServiceEntry>]>([
      ['name', { name: 'app-primary' }],
      ['address', { address: '10.0.0.9' }],
      ['port', { port: 8001 }],
      ['tags', { tags: ['a'] }],
      ['meta', { meta: {} }],
    ])('goes over to another %s', async (_, change) => {
      await registrar.keep(entryOf(), PASSING, never);
      expect(await registrar.keep(entryOf(change), PASSING, never)).toBe('corrected');
      expect(await harness.seen('app-host')).toMatchObject({ ...change, ...PASSING });
      expect(await registrar.keep(entryOf(change), PASSING, never)).toBe('kept');
    });

    it('corrects an entry that somebody else has overwritten', async () => {
      await registrar.keep(entryOf(), PASSING, never);
      await harness.overwrite(entryOf({ address: '10.9.9.9', tags: [] }), 'critical');
      expect(await registrar.keep(entryOf(), PASSING, never)).toBe('corrected');
      expect(await harness.seen('app-host')).toMatchObject({
        address: '127.0.0.1',
        tags: ['b', 'a'],
        ...PASSING,
      });
    });

    it('registers again what the catalog has forgotten', async () => {
      await registrar.keep(entryOf(), PASSING, never);
      await harness.remove('app-host');
      expect(await registrar.keep(entryOf(), PASSING, never)).toBe('registered');
      expect(await harness.seen('app-host')).toMatchObject(PASSING);
    });

    it('takes over the entry of an earlier life', async () => {
      const earlier = harness.createRegistrar();
      await earlier.keep(entryOf({ address: '10.0.0.9' }), CRITICAL, never);
      earlier.close();
      expect(await registrar.keep(entryOf(), PASSING, never)).toBe('corrected');
      expect(await harness.seen('app-host')).toMatchObject({ address: '127.0.0.1', ...PASSING });
    });

    it('leaves tags alone that others may change', async () => {
      const entry = entryOf({ enableTagOverride: true });
      await registrar.keep(entry, PASSING, never);
      await harness.overwrite({ ...entry, tags: ['by', 'others'] }, 'passing');
      expect(await registrar.keep(entry, PASSING, never)).toBe('kept');
      expect(await harness.seen('app-host')).toMatchObject({ tags: ['by', 'others'] });
    });

    it('keeps entries apart, and removes the one that is named', async () => {
      await registrar.keep(entryOf(), PASSING, never);
      await registrar.keep(entryOf({ id: 'app-other', port: 8001 }), CRITICAL, never);
      await registrar.deregister('app-host', never);
      expect(await harness.seen('app-host')).toBeUndefined();
      expect(await harness.seen('app-other')).toMatchObject({ port: 8001, ...CRITICAL });
    });

    it('registers again after it was removed', async () => {
      await registrar.keep(entryOf(), PASSING, never);
      await registrar.deregister('app-host', never);
      expect(await registrar.keep(entryOf(), PASSING, never)).toBe('registered');
      expect(await harness.seen('app-host')).toMatchObject(PASSING);
    });

    it('has removed what is not there', async () => {
      await expect(registrar.deregister('nobody', never)).resolves.toBeUndefined();
    });

    it('tells which entries there are', async () => {
      await registrar.keep(entryOf(), PASSING, never);
      await registrar.keep(entryOf({ id: 'app-other', meta: {} }), PASSING, never);
      const entries = await registrar.entries(never);
      const ours = entries.filter(({ name }) => name === 'app');
      expect(ours.map(({ id }) => id).sort()).toEqual(['app-host', 'app-other']);
      expect(ours.find(({ id }) => id === 'app-host')).toMatchObject({
        meta: { version: '1.2', owner: 'ops' },
      });
    });

    it('rejects with the reason of a signal that has aborted', async () => {
      const over = new AbortController();
      over.abort(new Error('we stop'));
      await expect(registrar.keep(entryOf(), PASSING, over.signal)).rejects.toThrow('we stop');
      await expect(registrar.deregister('app-host', over.signal)).rejects.toThrow('we stop');
      await expect(registrar.entries(over.signal)).rejects.toThrow('we stop');
      expect(await harness.seen('app-host')).toBeUndefined();
    });
  });
}
