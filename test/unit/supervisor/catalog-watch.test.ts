import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { queryId, type Query } from '../../../src/catalog/query.ts';
import type { ServiceInstance } from '../../../src/catalog/values.ts';
import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import { CatalogWatch } from '../../../src/supervisor/catalog-watch.ts';
import type { CatalogWatchSettings } from '../../../src/supervisor/settings.ts';
import { Watcher } from '../../../src/watch/watcher.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { ScriptedCatalog } from '../../support/scripted-catalog.ts';
import { healthyOf, instance, keyPair } from '../../support/watched.ts';

describe('a watch on the catalog', () => {
  let catalog: ScriptedCatalog;
  let watcher: Begun<Watcher>;
  let heard: string[];
  let watches: CatalogWatch[];

  const watch = async (
    name: string,
    query: Query,
    compare: CatalogWatchSettings['compare'] = 'addresses',
  ): Promise<CatalogWatch> => {
    const made = new CatalogWatch({
      settings: { name, place: '', query, compare, fingerprint: '' },
      watcher: watcher.actor,
      announce: ({ source, code }) => heard.push(`${source} ${code}`),
      onChange: () => heard.push(`onChange ${name}`),
    });
    watches.push(made);
    made.begin();
    await settle();
    return made;
  };
  const answer = async (query: Query, ...instances: ServiceInstance[]): Promise<void> => {
    catalog.answer(queryId(query), instances);
    await settle();
  };
  /** What was heard since the last time. */
  const news = (): string[] => heard.splice(0);

  const db = healthyOf('db');
  const CHANGED = ['onChange db', 'watch.db changed', 'watch.db healthy'];

  beforeEach(() => {
    catalog = new ScriptedCatalog();
    watcher = begin(
      new Watcher({ catalog, bus: new Bus(), clock: new ManualClock(), logger: recordingLogger() }),
    );
    heard = [];
    watches = [];
  });

  afterEach(async () => {
    for (const made of watches) made.end();
    await settle();
    expect(catalog.open).toEqual([]);
    await watcher.stop();
  });

  it('announces instances that were there before it', async () => {
    await answer(db, instance('db-1'));
    const { instances } = await watch('db', db);
    expect(news()).toEqual(CHANGED);
    expect(instances).toBe(1);
  });

  it('announces nothing where there is none at first', async () => {
    const made = await watch('db', db);
    expect(made.instances).toBeUndefined();
    await answer(db);
    expect(news()).toEqual([]);
    expect(made.instances).toBe(0);
  });

  it('announces once each time when one is added, moves, goes and comes back', async () => {
    await answer(db, instance('db-1'));
    await watch('db', db);
    news();
    await answer(db, instance('db-1'), instance('db-2'));
    expect(news()).toEqual(CHANGED);
    await answer(db, instance('db-1'), instance('db-2', { Port: 81 }));
    expect(news()).toEqual(CHANGED);
    await answer(db, instance('db-1', { Address: '10.0.0.2' }), instance('db-2', { Port: 81 }));
    expect(news()).toEqual(CHANGED);
    await answer(db);
    expect(news()).toEqual(['onChange db', 'watch.db changed', 'watch.db unhealthy']);
    await answer(db, instance('db-1'));
    expect(news()).toEqual(CHANGED);
  });

  it('announces nothing when only tags, meta or the order change, unless everything counts', async () => {
    const [first, second] = [instance('db-1'), instance('db-2')];
    await answer(db, first, second);
    await watch('db', db);
    await watch('all', db, 'everything');
    news();
    await answer(db, second, first);
    expect(news()).toEqual([]);
    await answer(db, second, instance('db-1', { Tags: ['v2'] }));
    expect(news()).toEqual(['onChange all', 'watch.all changed', 'watch.all healthy']);
    await answer(db, second, instance('db-1', { Tags: ['v2'], ServiceMeta: { version: '2' } }));
    expect(news()).toEqual(['onChange all', 'watch.all changed', 'watch.all healthy']);
  });

  it('knows nothing of another watch on the same name with another tag', async () => {
    const [blue, green] = [healthyOf('db', 'blue'), healthyOf('db', 'green')];
    await watch('blue', blue);
    await watch('green', green);
    await answer(blue, instance('db-1'));
    await answer(green, instance('db-2'));
    expect(news()).toEqual([
      ...['onChange blue', 'watch.blue changed', 'watch.blue healthy'],
      ...['onChange green', 'watch.green changed', 'watch.green healthy'],
    ]);
    await answer(blue, instance('db-1'));
    await answer(green, instance('db-2'));
    expect(news()).toEqual([]);
  });

  it('takes no trouble of the catalog for a change, and goes on from where it was', async () => {
    await answer(db, instance('db-1'));
    await watch('db', db);
    news();
    catalog.hold(queryId(db), 'no leader');
    await settle();
    await answer(db, instance('db-1'));
    expect(news()).toEqual([]);
    await answer(db);
    expect(news()).toHaveLength(3);
  });

  it('that begins while the catalog is away counts what was there last', async () => {
    await answer(db, instance('db-1'));
    await watch('db', db);
    catalog.hold(queryId(db), 'no leader');
    await settle();
    news();
    await watch('later', db);
    await answer(db, instance('db-1'));
    expect(news()).toEqual(['onChange later', 'watch.later changed', 'watch.later healthy']);
  });

  it('follows a key and a prefix by their values, and says nothing of health', async () => {
    const key: Query = { kind: 'key', path: 'a' };
    const list: Query = { kind: 'tree', prefix: 'p/' };
    catalog.answer(queryId(key), null);
    catalog.answer(queryId(list), [keyPair('p/x', '1')]);
    await watch('key', key);
    await watch('list', list);
    expect(news()).toEqual(['onChange list', 'watch.list changed']);
    for (const [id, value] of [
      [queryId(key), keyPair('a', '1')],
      [queryId(key), keyPair('a', '2')],
      [queryId(key), null],
      [queryId(list), [keyPair('p/x', '2')]],
    ] as const) {
      catalog.answer(id, value);
      await settle();
      expect(news()).toHaveLength(2);
    }
  });
});
