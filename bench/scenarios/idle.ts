import { IDLE_NODE, measureIdler, type Idler } from '../idler.ts';
import type { IdleOutcome } from '../results.ts';
import { renderedCount, type Fact } from '../workspace.ts';
import type { Setting } from './setting.ts';

const KEYS = 100;
const SERVICES = 100;

/** What 200 templates cost while nothing changes: one watches each of 100 keys and 100 services. One contender at a time. */
export async function measureIdle(setting: Setting): Promise<IdleOutcome[]> {
  const facts = await fillCatalog(setting);
  const idlers: Idler[] = [IDLE_NODE];
  for (const contender of setting.contenders) {
    const renderings = await setting.workspace.prepare(contender, facts);
    idlers.push({
      ...{ name: contender.name, role: contender.role, awaited: facts.length, of: 'files' },
      command: contender.command(setting.origin, renderings, 'watch'),
      count: () => renderedCount(renderings),
    });
  }
  const results: IdleOutcome[] = [];
  for (const idler of idlers) results.push(await measureIdler(idler, setting));
  return results;
}

async function fillCatalog({ newClient }: Setting): Promise<Fact[]> {
  const keys = Array.from({ length: KEYS }, (_, index) => `bench/idle/${index}`);
  const services = Array.from({ length: SERVICES }, (_, index) => `bench-${index}`);
  const client = newClient();
  try {
    await client.putKeys(keys, 'a value');
    for (const [index, name] of services.entries()) await client.register(name, 8000 + index);
  } finally {
    client.close();
  }
  return [
    ...keys.map((name): Fact => ({ kind: 'key', name })),
    ...services.map((name): Fact => ({ kind: 'service', name })),
  ];
}
