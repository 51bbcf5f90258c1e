import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { AgentClient } from '../agent-client.ts';
import { Arrivals, noteContents } from '../arrivals.ts';
import { MeasuredProcess } from '../measured-process.ts';
import type { StepOutcome } from '../results.ts';
import { Steps } from '../steps.ts';
import { supervise } from '../supervised.ts';
import type { Setting } from './setting.ts';

const SEEN_TIMEOUT_MS = 20_000;
const FIRST_PORT = 20_000;
const PAUSE_MS = 200;

/** Who sees what: the catalog by a bare blocking query, nginx.conf as autotmpl renders it, the files of checks. */
interface Scene {
  readonly client: AgentClient;
  readonly catalog: Arrivals;
  readonly lines: Arrivals;
  readonly checks: Arrivals;
  /** Into it, a check writes just before it passes. */
  readonly checked: string;
}

/**
 * Instances of `sales` come and go, and examples/nginx follows them: from the first check that passes, and from TERM to a supervisor, until
 * a blocking query tells of it, and until nginx.conf has the line, or has it no more. The baseline is a bare registration, and its removal.
 */
export async function measureInstances(setting: Setting): Promise<StepOutcome[]> {
  const steps = new Steps();
  const times = {
    bareIn: steps.add('bare PUT', 'baseline', 'from a registration to the catalog'),
    passed: steps.add('autotmpl', 'subject', 'from a passing check to the catalog'),
    line: steps.add('autotmpl', 'subject', 'from a passing check to its line in nginx.conf'),
    bareOut: steps.add('bare PUT', 'baseline', 'from a removal to the catalog'),
    gone: steps.add('autotmpl', 'subject', 'from TERM to de-registered'),
    noLine: steps.add('autotmpl', 'subject', 'from TERM to no line in nginx.conf'),
  };
  const client = setting.newClient();
  const reader = setting.newClient();
  const abort = new AbortController();
  const checked = setting.workspace.at('checked');
  const scene = { client, catalog: new Arrivals(), lines: new Arrivals(), checks: new Arrivals() };
  let renderer: MeasuredProcess | undefined;
  const reading = reader
    .watchPassing('sales', abort.signal, (ports, at) => scene.catalog.note(ports, at))
    .catch(() => undefined);
  try {
    renderer = await startRenderer(setting, scene.lines, abort.signal);
    noteContents(checked, scene.checks, abort.signal, (text) => text.trim());
    // The first round is not counted.
    for (let round = 0; round <= setting.options.instances; round++) {
      const bare = await comeAndGoBare(scene, FIRST_PORT + 2 * round);
      const ours = await comeAndGo(setting, { ...scene, checked }, FIRST_PORT + 2 * round + 1);
      if (round === 0) continue;
      times.bareIn(bare.inMs);
      times.bareOut(bare.outMs);
      times.passed(ours.passedMs);
      times.line(ours.lineMs);
      times.gone(ours.goneMs);
      times.noLine(ours.noLineMs);
    }
  } catch (error) {
    steps.fail(error);
  } finally {
    abort.abort();
    await reading;
    await renderer?.stop();
    client.close();
    reader.close();
  }
  return steps.outcomes();
}

/** autotmpl with the template of the example, as users start it, but without a reload. */
async function startRenderer(
  { root, origin, workspace }: Setting,
  lines: Arrivals,
  signal: AbortSignal,
): Promise<MeasuredProcess> {
  const source = join(root, 'examples/nginx/nginx.conf.njk');
  const [rendering] = await workspace.freshDestinations([source]);
  const destination = rendering?.destination ?? '';
  noteContents(destination, lines, signal, servers);
  const first = lines.next('', SEEN_TIMEOUT_MS);
  const child = new MeasuredProcess([
    ...([process.execPath, join(root, 'bin/autotmpl.js'), `-consul-addr=${origin}`] as const),
    `-template=${source}:${destination}`,
  ]);
  await first;
  return child;
}

/** The ports of its upstreams, joined by blanks. */
function servers(nginxConf: string): string {
  return [...nginxConf.matchAll(/server 127\.0\.0\.1:(\d+) /g)].map(([, port]) => port).join(' ');
}

async function comeAndGoBare({ client, catalog, lines }: Omit<Scene, 'checked'>, port: number) {
  const word = String(port);
  const come = [catalog.next(word, SEEN_TIMEOUT_MS), lines.next(word, SEEN_TIMEOUT_MS)] as const;
  const registeredAt = performance.now();
  const [seenAt] = await Promise.all([...come, client.registerPassing('sales', port)]);
  await pause();
  const gone = [catalog.next('', SEEN_TIMEOUT_MS), lines.next('', SEEN_TIMEOUT_MS)] as const;
  const removedAt = performance.now();
  const [goneAt] = await Promise.all([...gone, client.deregister(`sales-${port}`)]);
  await pause();
  return { inMs: seenAt - registeredAt, outMs: goneAt - removedAt };
}

async function comeAndGo(setting: Setting, scene: Scene, port: number) {
  const { catalog, lines, checks, checked } = scene;
  const word = String(port);
  const command = await supervise(setting, 'instance', [
    {
      ...{ name: 'sales', main: true, exec: ['sleep', '1000'] },
      service: { port, address: '127.0.0.1' },
      health: { exec: ['sh', '-c', `echo ${word} > ${checked}`], interval: '5s' },
    },
  ]);
  const come = [
    checks.next(word, SEEN_TIMEOUT_MS),
    catalog.next(word, SEEN_TIMEOUT_MS),
    lines.next(word, SEEN_TIMEOUT_MS),
  ] as const;
  const child = new MeasuredProcess(command);
  try {
    const [passedAt, seenAt, lineAt] = await Promise.all(come);
    await pause();
    const gone = [catalog.next('', SEEN_TIMEOUT_MS), lines.next('', SEEN_TIMEOUT_MS)] as const;
    const askedAt = performance.now();
    child.kill('SIGTERM');
    const [goneAt, noLineAt] = await Promise.all(gone);
    return {
      passedMs: seenAt - passedAt,
      lineMs: lineAt - passedAt,
      goneMs: goneAt - askedAt,
      noLineMs: noLineAt - askedAt,
    };
  } finally {
    await child.stop();
    await pause();
  }
}

async function pause(): Promise<void> {
  await sleep(PAUSE_MS + Math.random() * PAUSE_MS);
}
