import { IDLE_NODE, measureIdler, type Idler } from '../idler.ts';
import type { IdleOutcome } from '../results.ts';
import { supervise } from '../supervised.ts';
import type { Setting } from './setting.ts';

const NUMBERS_OF_JOBS = [1, 20];

/** What supervising costs while nothing happens: each job has a check by a command each ten seconds, and is in the catalog. */
export async function measureJobs(setting: Setting): Promise<IdleOutcome[]> {
  const client = setting.newClient();
  try {
    const results = [await measureIdler(IDLE_NODE, setting)];
    for (const jobs of NUMBERS_OF_JOBS) {
      const idler: Idler = {
        ...{ name: `autotmpl, ${jobs} ${jobs === 1 ? 'job' : 'jobs'}`, role: 'subject' },
        command: await supervise(setting, `jobs-${jobs}`, Array.from({ length: jobs }, job)),
        ...{ awaited: jobs, of: 'passing services' },
        count: async () => (await client.passing('idler')).length,
      };
      results.push(await measureIdler(idler, setting));
    }
    return results;
  } finally {
    client.close();
  }
}

function job(_: unknown, index: number): Readonly<Record<string, unknown>> {
  return {
    ...{ name: `idler-${index}`, main: index === 0, exec: ['sleep', '1000'] },
    service: { name: 'idler', port: 8000 + index, address: '127.0.0.1' },
    health: { exec: ['true'], interval: '10s' },
  };
}
