import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Query } from '../../src/catalog/query.ts';
import type { HealthStatus } from '../../src/catalog/values.ts';
import { Follower } from '../support/follower.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A service's instance as the contract's tests register it, on the only node. */
export interface ContractInstance {
  readonly id: string;
  readonly name: string;
  readonly port: number;
  /** Absent: the instance has none of its own. */
  readonly address?: string;
  readonly tags?: readonly string[];
  readonly meta?: Readonly<Record<string, string>>;
  readonly status?: Exclude<HealthStatus, 'maintenance'>;
}

/** A backend that can be changed from outside, as its users change it. */
export interface CatalogHarness {
  /** A new catalog on the same facts. */
  createCatalog(): Catalog;
  putKey(path: string, value: string): Promise<void>;
  deleteKey(path: string): Promise<void>;
  register(instance: ContractInstance): Promise<void>;
  deregister(id: string): Promise<void>;
  /** Takes every key and every instance of the tests away. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** The node that all instances of the contract are on. */
export const CONTRACT_NODE = 'test-node';

const SERVICE = { kind: 'service', name: 'web', passingOnly: true } as const;

/** What every backend of the catalog must do, each in the same words. */
export function describeCatalog(
  backend: string,
  createHarness: () => Promise<CatalogHarness>,
): void {
  describe(`the ${backend} catalog`, () => {
    let harness: CatalogHarness;
    let catalog: Catalog;
    const followers: { stop(): Promise<void> }[] = [];

    beforeAll(async () => {
      harness = await createHarness();
    });
    afterAll(() => harness.close());
    beforeEach(async () => {
      await harness.clear();
      catalog = harness.createCatalog();
    });
    afterEach(async () => {
      for (const follower of followers.splice(0)) await follower.stop();
      catalog.close();
    });

    function follow<const Q extends Query>(query: Q): Follower<Q> {
      const follower = new Follower(catalog, query);
      followers.push(follower);
      return follower;
    }

    describe('keys', () => {
      it('tells an absent key from one that is empty', async () => {
        await harness.putKey('app/empty', '');
        expect(await follow({ kind: 'key', path: 'app/none' }).fresh()).toBeNull();
        const empty = await follow({ kind: 'key', path: 'app/empty' }).fresh();
        expect(empty).toMatchObject({ Path: 'app/empty', Key: 'app/empty', Value: '' });
      });

      it('follows a key that is made, changed and deleted', async () => {
        const follower = follow({ kind: 'key', path: 'app/name' });
        expect(await follower.fresh()).toBeNull();
        await harness.putKey('app/name', 'one');
        await follower.fresh((pair) => pair?.Value === 'one');
        await harness.putKey('app/name', 'two');
        await follower.fresh((pair) => pair?.Value === 'two');
        await harness.deleteKey('app/name');
        await follower.fresh((pair) => pair === null);
      });

      it('keeps every character of a value', async () => {
        const value = 'line one\nline "two"\t{{ three }} ${four} ünïcödé 🚀\n';
        await harness.putKey('app/text', value);
        expect((await follow({ kind: 'key', path: 'app/text' }).fresh())?.Value).toBe(value);
      });

      it('keeps a key with characters that an URL would escape', async () => {
        const path = 'app/a b?c=d&e#f%20g+ü"<>';
        await harness.putKey(path, 'odd');
        expect(await follow({ kind: 'key', path }).fresh()).toMatchObject({
          Path: path,
          Value: 'odd',
        });
      });

      it('carries a value of half a megabyte', async () => {
        const value = 'x'.repeat(500_000);
        await harness.putKey('app/large', value);
        expect((await follow({ kind: 'key', path: 'app/large' }).fresh())?.Value).toBe(value);
      });

      it('gives the same value for the same content', async () => {
        await harness.putKey('app/name', 'one');
        const first = await follow({ kind: 'key', path: 'app/name' }).fresh();
        const second = await follow({ kind: 'key', path: 'app/name' }).fresh();
        expect(second).toEqual(first);
      });
    });

    describe('trees of keys', () => {
      it('are sorted by path, with names relative to the prefix and without folder markers', async () => {
        await harness.putKey('p/sub/c', '3');
        await harness.putKey('p/b', '2');
        await harness.putKey('p/a', '1');
        await harness.putKey('p/folder/', '');
        const pairs = await follow({ kind: 'tree', prefix: 'p' }).fresh();
        expect(pairs.map(({ Path, Key, Value }) => [Path, Key, Value])).toEqual([
          ['p/a', 'a', '1'],
          ['p/b', 'b', '2'],
          ['p/sub/c', 'sub/c', '3'],
        ]);
        const below = await follow({ kind: 'tree', prefix: 'p/sub/' }).fresh();
        expect(below.map(({ Path, Key }) => [Path, Key])).toEqual([['p/sub/c', 'c']]);
      });

      it('take a prefix as text, not as a folder', async () => {
        await harness.putKey('p/sub/c', '3');
        const pairs = await follow({ kind: 'tree', prefix: 'p/s' }).fresh();
        expect(pairs.map(({ Key }) => Key)).toEqual(['ub/c']);
      });

      it('are empty where there are no keys, and grow when one comes', async () => {
        const follower = follow({ kind: 'tree', prefix: 'none' });
        expect(await follower.fresh()).toEqual([]);
        await harness.putKey('none/a', '1');
        await follower.fresh((pairs) => pairs.length === 1);
        await harness.deleteKey('none/a');
        await follower.fresh((pairs) => pairs.length === 0);
      });

      it('hold everything below the empty prefix', async () => {
        await harness.putKey('a', '1');
        await harness.putKey('b/c', '2');
        const pairs = await follow({ kind: 'tree', prefix: '' }).fresh();
        expect(pairs.map(({ Key }) => Key)).toEqual(['a', 'b/c']);
      });
    });

    describe('services', () => {
      it('answer an unknown service with no instances, and a known one when it comes', async () => {
        const follower = follow(SERVICE);
        expect(await follower.fresh()).toEqual([]);
        await harness.register({ id: 'web-1', name: 'web', port: 80 });
        await follower.fresh((instances) => instances.length === 1);
        await harness.deregister('web-1');
        await follower.fresh((instances) => instances.length === 0);
      });

      it('tell all about an instance', async () => {
        await harness.register({
          id: 'web-1',
          name: 'web',
          port: 8080,
          address: '10.0.0.5',
          tags: ['v2', 'blue'],
          meta: { version: '1.10', __proto__x: 'y' },
        });
        const [instance] = await follow(SERVICE).fresh();
        expect(instance).toMatchObject({
          Node: CONTRACT_NODE,
          NodeDatacenter: 'dc1',
          Address: '10.0.0.5',
          ID: 'web-1',
          Name: 'web',
          Port: 8080,
          Tags: ['blue', 'v2'],
          Status: 'passing',
          Weights: { Passing: 1, Warning: 1 },
        });
        expect({ ...instance?.ServiceMeta }).toEqual({ version: '1.10', __proto__x: 'y' });
      });

      it("give an instance without an address its node's", async () => {
        await harness.register({ id: 'web-1', name: 'web', port: 80 });
        const [instance] = await follow(SERVICE).fresh();
        expect(instance?.Address).toBe('127.0.0.1');
        expect(instance?.NodeAddress).toBe('127.0.0.1');
      });

      it('are sorted by ID, whatever the order of registration', async () => {
        for (const id of ['c', 'a', 'b']) await harness.register({ id, name: 'web', port: 80 });
        const instances = await follow(SERVICE).fresh();
        expect(instances.map(({ ID }) => ID)).toEqual(['a', 'b', 'c']);
      });

      it('give only passing instances, or all with their status', async () => {
        for (const status of ['passing', 'warning', 'critical'] as const) {
          await harness.register({ id: status, name: 'web', port: 80, status });
        }
        const passing = await follow(SERVICE).fresh();
        expect(passing.map(({ ID }) => ID)).toEqual(['passing']);
        const all = await follow({ ...SERVICE, passingOnly: false }).fresh();
        expect(all.map(({ ID, Status }) => [ID, Status])).toEqual([
          ['critical', 'critical'],
          ['passing', 'passing'],
          ['warning', 'warning'],
        ]);
      });

      it('follow the status of an instance', async () => {
        await harness.register({ id: 'web-1', name: 'web', port: 80 });
        const follower = follow(SERVICE);
        await follower.fresh((instances) => instances.length === 1);
        await harness.register({ id: 'web-1', name: 'web', port: 80, status: 'critical' });
        await follower.fresh((instances) => instances.length === 0);
      });

      it('give only the instances with a tag', async () => {
        await harness.register({ id: 'one', name: 'web', port: 80, tags: ['v1'] });
        await harness.register({ id: 'two', name: 'web', port: 80, tags: ['v2', 'x'] });
        const instances = await follow({ ...SERVICE, tag: 'v2' }).fresh();
        expect(instances.map(({ ID }) => ID)).toEqual(['two']);
      });

      it('are listed by name with the tags of all their instances', async () => {
        await harness.register({ id: 'one', name: 'web', port: 80, tags: ['v2', 'a'] });
        await harness.register({ id: 'two', name: 'web', port: 81, tags: ['v1', 'a'] });
        await harness.register({ id: 'db', name: 'db', port: 82 });
        const services = await follow({ kind: 'services' }).fresh();
        const own = services.filter(({ Name }) => Name !== 'consul');
        expect(own).toEqual([
          { Name: 'db', Tags: [] },
          { Name: 'web', Tags: ['a', 'v1', 'v2'] },
        ]);
        expect(await follow({ kind: 'services' }).fresh()).toEqual(services);
      });

      it('keep hostile names, addresses and meta as they are', async () => {
        const name = 'evil;} server { listen 81; } $(touch /x) "\' ?#% é';
        const address = '10.0.0.1; return 200 x;#\n';
        await harness.register({
          id: '__proto__',
          name,
          port: 99_999,
          address,
          tags: ['constructor', 'a"b\nc'],
          meta: { constructor: 'meta', toString: 'text' },
        });
        const [instance] = await follow({ ...SERVICE, name }).fresh(({ length }) => length > 0);
        expect(instance).toMatchObject({
          ID: '__proto__',
          Name: name,
          Port: 99_999,
          Address: address,
        });
        expect(instance?.Tags).toEqual(['a"b\nc', 'constructor']);
        expect({ ...instance?.ServiceMeta }).toEqual({ constructor: 'meta', toString: 'text' });
        const lines = 'evil;}\nserver { listen 81; }';
        await harness.register({ id: 'lines', name: lines, port: 1 });
        await follow({ kind: 'services' }).fresh((services) =>
          [name, lines].every((wanted) => services.some(({ Name }) => Name === wanted)),
        );
      });
    });

    describe('nodes', () => {
      it('are listed, and tell their services', async () => {
        await harness.register({ id: 'b', name: 'web', port: 81, tags: ['y', 'x'] });
        await harness.register({ id: 'a', name: 'web', port: 80 });
        const nodes = await follow({ kind: 'nodes' }).fresh();
        expect(nodes.map(({ Node, Address, Datacenter }) => [Node, Address, Datacenter])).toEqual([
          [CONTRACT_NODE, '127.0.0.1', 'dc1'],
        ]);
        const detail = await follow({ kind: 'node', name: CONTRACT_NODE }).fresh();
        expect(detail?.Node.Node).toBe(CONTRACT_NODE);
        const own = detail?.Services.filter(({ Service }) => Service === 'web');
        expect(own?.map(({ ID, Port, Tags }) => [ID, Port, Tags])).toEqual([
          ['a', 80, []],
          ['b', 81, ['x', 'y']],
        ]);
      });

      it('have an own one, which needs no name', async () => {
        await harness.register({ id: 'a', name: 'web', port: 80 });
        expect((await follow({ kind: 'node' }).fresh())?.Node.Node).toBe(CONTRACT_NODE);
      });

      it('answer an unknown one with null', async () => {
        expect(await follow({ kind: 'node', name: 'nobody' }).fresh()).toBeNull();
      });
    });

    describe('datacenters', () => {
      it('are listed, all or only those that answer', async () => {
        expect(await follow({ kind: 'datacenters', reachableOnly: false }).fresh()).toEqual([
          'dc1',
        ]);
        expect(await follow({ kind: 'datacenters', reachableOnly: true }).fresh()).toEqual(['dc1']);
      });

      it('can be named, and one that nobody knows is trouble and not an empty answer', async () => {
        await harness.putKey('a', '1');
        expect((await follow({ kind: 'key', path: 'a', dc: 'dc1' }).fresh())?.Value).toBe('1');
        const follower = follow({ kind: 'key', path: 'a', dc: 'nowhere' });
        expect((await follower.held()).message).toMatch(/datacenter/);
        expect(follower.last).toMatchObject({ state: 'held', value: undefined });
      });
    });

    describe('values', () => {
      it('are frozen in depth, and their maps have no prototype', async () => {
        await harness.register({ id: 'a', name: 'web', port: 80, tags: ['x'], meta: { k: 'v' } });
        const instances = await follow(SERVICE).fresh();
        const unsafe: string[] = [];
        const inspect = (value: unknown, path: string): void => {
          if (typeof value !== 'object' || value === null) return;
          if (!Object.isFrozen(value)) unsafe.push(`${path} is not frozen`);
          if (!Array.isArray(value) && Object.getPrototypeOf(value) !== null) {
            unsafe.push(`${path} has a prototype`);
          }
          for (const [name, item] of Object.entries(value)) inspect(item, `${path}.${name}`);
        };
        inspect(instances, 'instances');
        expect(unsafe).toEqual([]);
        expect(instances).toHaveLength(1);
      });
    });

    describe('watches', () => {
      it('wake for their own change', async () => {
        await harness.putKey('one', 'a');
        const follower = follow({ kind: 'key', path: 'one' });
        await follower.fresh();
        const before = follower.answers.length;
        await harness.putKey('one', 'b');
        await follower.fresh((pair) => pair?.Value === 'b');
        expect(follower.answers.length).toBeGreaterThan(before);
      });

      it('end when their signal aborts, and leave nothing behind', async () => {
        const before = activeResources();
        const own = harness.createCatalog();
        const queries: Query[] = [
          { kind: 'key', path: 'a' },
          { kind: 'tree', prefix: 'a' },
          { kind: 'services' },
          SERVICE,
          { kind: 'datacenters', reachableOnly: false },
        ];
        const started = queries.map((query) => new Follower(own, query));
        await Promise.all(started.map((follower) => follower.fresh()));
        await Promise.all(started.map((follower) => follower.stop()));
        expect(started.map(({ done, failure }) => [done, failure])).toEqual(
          queries.map(() => [true, undefined]),
        );
        own.close();
        await waitUntil(() => activeResources() <= before, {
          what: 'sockets, timers and file watches to be gone',
        });
      });

      it('end at once when their signal was aborted before', async () => {
        const follower = new Follower(catalog, SERVICE);
        await follower.stop();
        expect(follower.failure).toBeUndefined();
        expect(follower.answers).toEqual([]);
      });

      it('can be left in the middle', async () => {
        const controller = new AbortController();
        for await (const answer of catalog.watch(SERVICE, controller.signal)) {
          expect(answer.state).toBe('fresh');
          break;
        }
        controller.abort();
      });
    });

    describe('queries that can never succeed', () => {
      it.each<Query>([
        { kind: 'file', path: '/etc/hostname' },
        { kind: 'key', path: 'a', namespace: 'other' },
      ])('throw what is wrong: %j', async (query) => {
        const failure = await follow(query).thrown();
        expect(failure).toMatchObject({ name: 'AutotmplError', code: 'catalog' });
      });
    });
  });
}

function activeResources(): number {
  const watched = new Set(['TCPSocketWrap', 'PipeWrap', 'Timeout', 'FSEventWrap', 'TLSWrap']);
  return process.getActiveResourcesInfo().filter((name) => watched.has(name)).length;
}
