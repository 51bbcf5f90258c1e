import { isDeepStrictEqual } from 'node:util';
import { waitUntil } from '../support/wait-until.ts';
import type { Chronicle } from './chronicle.ts';
import { leaksOf, leftFiles, restingHoldings } from './invariants/leaks.ts';
import { upstreamsOf } from './invariants/upstreams.ts';
import type { Stage } from './stage/stage.ts';
import { FILES, traceOfStranger } from './stage/stranger.ts';
import type { Truth } from './truth.ts';
import { SERVICES, type Writer } from './writer.ts';

/** From the moment when the catalog says the truth. */
const TRUE_WITHIN_MS = 10_000;
const SETTLES_WITHIN_MS = 10_000;
/** A reload may take 2 s and be killed 5 s later, and so may the one after its rollback. */
const COMMANDS_END_WITHIN_MS = 30_000;

/** Who takes part when everything is well again. */
export interface Survivors {
  readonly stage: Stage;
  readonly writer: Writer;
  readonly truth: Truth;
  readonly chronicle: Chronicle;
}

/** After the last fault: the catalog gets well, and 10 s after that the files are true. */
export async function expectTruth(survivors: Survivors): Promise<void> {
  const { stage, writer, truth, chronicle } = survivors;
  await stage.cluster.untilLed();
  // A rendering that was taken back is tried again when its data changes.
  await waitUntil(() => writer.touch().then(yes, no), { timeoutMs: 60_000, what: 'a last change' });
  await writer.untilKnown();
  const knownAt = performance.now();
  try {
    await waitUntil(() => isTrue(stage, truth), { timeoutMs: TRUE_WITHIN_MS, what: 'true files' });
    const tookMs = Math.round(performance.now() - knownAt);
    chronicle.fault(`everything is well, and the files are true after ${tookMs} ms`);
  } catch {
    chronicle.break(
      'after the last fault the file equals the truth within 10 s',
      differences(stage, truth),
    );
  }
}

/** What the program holds after all of it, beside what it holds when it just began. */
export async function expectNoLeaks({ stage, chronicle }: Survivors): Promise<void> {
  const name = 'nothing leaks';
  try {
    await waitUntil(() => leftFiles(stage.disk.names()).length === 0, {
      timeoutMs: SETTLES_WITHIN_MS,
      what: 'no temporary files',
    });
  } catch {
    chronicle.break(name, `left beside the files: ${leftFiles(stage.disk.names()).join(', ')}`);
    return;
  }
  const old = await restingHoldings(() => stage.program.holdings(), COMMANDS_END_WITHIN_MS);
  await stage.endProgram();
  const past = stage.program.log().length;
  stage.startProgram();
  const isUp = () => stage.program.log().slice(past).includes(' files true');
  await waitUntil(isUp, { what: 'a new life' });
  let leaks: string[] = [];
  await waitUntil(
    async () => {
      leaks = leaksOf(old, await stage.program.holdings());
      return leaks.length === 0;
    },
    { timeoutMs: 3000, what: 'no leaks' },
  ).catch(() => chronicle.break(name, leaks.join('; ')));
}

function isTrue(stage: Stage, truth: Truth): boolean {
  return differences(stage, truth) === '';
}

/** Where the files say something else than the writer; empty where they do not. */
function differences(stage: Stage, truth: Truth): string {
  const text = stage.read('out/nginx.conf');
  const json = JSON.parse(stage.read('out/services.json')) as Readonly<Record<string, unknown>>;
  const upstreams = upstreamsOf(text);
  const version = /# version (\d+)/.exec(text)?.[1];
  return [
    ...tracesOfStranger(stage),
    ...(version === truth.version ? [] : [`nginx.conf has version ${version} of ${truth.version}`]),
    ...(json['version'] === truth.version
      ? []
      : [`services.json has version ${String(json['version'])} of ${truth.version}`]),
    ...SERVICES.flatMap((service) => {
      const wanted = truth.places(service);
      const inNginx = upstreams.get(service) ?? [];
      const inJson = (json[service] as [string, string, number][])
        .map(([, address, port]) => `${address}:${port}`)
        .sort();
      return [
        ...(isDeepStrictEqual(inNginx, wanted)
          ? []
          : [`${service} is ${inNginx.join(' ')} in nginx.conf and ${wanted.join(' ')} in truth`]),
        ...(isDeepStrictEqual(inJson, wanted)
          ? []
          : [
              `${service} is ${inJson.join(' ')} in services.json and ${wanted.join(' ')} in truth`,
            ]),
      ];
    }),
  ].join('; ');
}

function tracesOfStranger(stage: Stage): readonly string[] {
  return FILES.flatMap((name) => {
    const trace = traceOfStranger(stage.at(`out/${name}`));
    return trace === undefined ? [] : [`${name} ${trace}`];
  });
}

const yes = () => true;
const no = () => false;
