import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import type { AgentClient } from '../agent-client.ts';
import { Arrivals, noteContents } from '../arrivals.ts';
import { MeasuredProcess } from '../measured-process.ts';
import type { StepOutcome } from '../results.ts';
import { Steps } from '../steps.ts';
import { supervise } from '../supervised.ts';
import type { Setting } from './setting.ts';

const SEEN_TIMEOUT_MS = 10_000;
const BARE_PORT = 9000;
const PORT = 8000;
const PAUSE_MS = 50;

/**
 * From a check that fails, which notes it in a file just before it ends, until a blocking query says that the instance passes no more. The
 * baseline is the bare update of a check, seen in the same way; they take turns.
 */
export async function measureCritical(setting: Setting): Promise<StepOutcome[]> {
  const steps = new Steps();
  const bare = steps.add('bare update', 'baseline', 'from its PUT to critical in the catalog');
  const ours = steps.add('autotmpl', 'subject', 'from a failing check to critical in the catalog');
  const client = setting.newClient();
  const reader = setting.newClient();
  const abort = new AbortController();
  const scene: Scene = {
    ...{ client, catalog: new Arrivals(), checks: new Arrivals() },
    well: setting.workspace.at('well'),
    word: setting.workspace.at('word'),
    failed: setting.workspace.at('failed'),
  };
  let child: MeasuredProcess | undefined;
  let reading: Promise<void> | undefined;
  try {
    await writeFile(scene.well, '');
    await client.registerPassing('checked', BARE_PORT);
    const both = scene.catalog.next(`${PORT} ${BARE_PORT}`, SEEN_TIMEOUT_MS);
    reading = reader
      .watchPassing('checked', abort.signal, (ports, at) => scene.catalog.note(ports, at))
      .catch(() => undefined);
    noteContents(scene.failed, scene.checks, abort.signal, (text) => text.trim());
    child = new MeasuredProcess(await supervise(setting, 'critical', [job(scene)]));
    await both;
    const { failures } = setting.options;
    // The first round is not counted.
    for (let round = 0; round <= failures; round++) {
      const bareMs = await failBare(scene);
      const oursMs = await failOurs(scene, `round ${round}`);
      if (round === 0) continue;
      bare(bareMs);
      ours(oursMs);
    }
  } catch (error) {
    steps.fail(error);
  } finally {
    abort.abort();
    await reading;
    await child?.stop();
    client.close();
    reader.close();
  }
  return steps.outcomes();
}

/** What both are measured with. */
interface Scene {
  readonly client: AgentClient;
  readonly catalog: Arrivals;
  readonly checks: Arrivals;
  /** While it is there, the check passes. */
  readonly well: string;
  /** What a failing check writes, and where to. */
  readonly word: string;
  readonly failed: string;
}

function job({ well, word, failed }: Scene): Readonly<Record<string, unknown>> {
  return {
    ...{ name: 'checked', main: true, exec: ['sleep', '1000'] },
    service: { port: PORT, address: '127.0.0.1' },
    health: {
      exec: ['sh', '-c', `[ -e ${well} ] && exit 0; cat ${word} > ${failed}; exit 1`],
      // On a busy machine a short TTL would be over before the next report: that is another matter.
      ...{ interval: '100ms', timeout: '10s', ttl: '1m' },
    },
  };
}

async function failBare({ client, catalog }: Scene): Promise<number> {
  const id = `checked-${BARE_PORT}`;
  const gone = catalog.next(String(PORT), SEEN_TIMEOUT_MS);
  const startedAt = performance.now();
  const [seenAt] = await Promise.all([gone, client.report(id, 'critical')]);
  await recover(catalog, () => client.report(id, 'passing'));
  return seenAt - startedAt;
}

async function failOurs({ catalog, checks, well, word, failed }: Scene, round: string) {
  await rm(failed, { force: true });
  await writeFile(word, round);
  const gone = catalog.next(String(BARE_PORT), SEEN_TIMEOUT_MS);
  const failing = checks.next(round, SEEN_TIMEOUT_MS);
  const [goneAt, failedAt] = await Promise.all([gone, failing, rm(well)]);
  await recover(catalog, () => writeFile(well, ''));
  return goneAt - failedAt;
}

async function recover(catalog: Arrivals, mend: () => Promise<void>): Promise<void> {
  const back = catalog.next(`${PORT} ${BARE_PORT}`, SEEN_TIMEOUT_MS);
  await Promise.all([back, mend()]);
  await sleep(PAUSE_MS + Math.random() * PAUSE_MS);
}
