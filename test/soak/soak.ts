import { setTimeout as sleep } from 'node:timers/promises';
import { isSame, SoakedProgram, type Rest } from './soaked-program.ts';

const ROUNDS = 5;
const TIMEOUTS = 100_000;
const RESTARTS = 10_000;
/** In each round, 0 to 30 ms apart. */
const HUPS = 60;
/** A whole soak is over long before; else something hangs. */
const LONGEST_MS = 45 * 60_000;
/** Between the second round, when the heap has found its size, and the last. 50 bytes for each timeout would be so much. */
const HEAP_MAY_GROW_BYTES = 3e6;
/** The program, and its main job. */
const PROCESSES = 2;
/** For the next question to the agent. */
const KEPT_CONNECTIONS = 6;
const MEMORY_MAY_GROW_BYTES = 40e6;
const COUNTING_MS = 250;

/** What one storm did, and what was left of it. */
interface Round {
  readonly timeouts: number;
  readonly restarts: number;
  /** Those that were decided: what comes while one is under way counts as one more. */
  readonly reloads: number;
  readonly rest: Rest;
}

/**
 * Lets a supervisor live through checks that time out, processes that crash and reloads, in rounds, with a rest after each, and prints
 * what it held then. The one argument is how long the storms take together (`60s`); without it they end when 100,000 checks timed out
 * and processes were started again 10,000 times. The result is the exit code: 1 where anything was left.
 */
export async function runSoak([length]: readonly string[]): Promise<number> {
  const lengthMs = length === undefined ? undefined : milliseconds(length);
  const program = await SoakedProgram.start();
  const complaints: string[] = [];
  try {
    const rounds: Round[] = [];
    for (let number = 1; number <= ROUNDS; number += 1) {
      const round = await endure(program, lengthMs, rounds[0]?.rest);
      rounds.push(round);
      console.log(`round ${number}: ${describe(round)}`);
    }
    complaints.push(...complaintsAbout(rounds));
  } finally {
    const left = await program.stop();
    if (left > 0) complaints.push(`${left} processes outlived the program`);
    for (const complaint of complaints) console.error(`FAILED: ${complaint}`);
  }
  return complaints.length === 0 ? 0 : 1;
}

function milliseconds(text: string): number {
  const seconds = /^([1-9]\d*)s$/.exec(text)?.[1];
  if (seconds === undefined) throw new Error(`a length such as 60s, not ${text}`);
  return Number(seconds) * 1000;
}

async function endure(
  program: SoakedProgram,
  lengthMs: number | undefined,
  first: Rest | undefined,
): Promise<Round> {
  const startedAt = performance.now();
  const before = await program.counts();
  await program.begin();
  for (let sent = 0; sent < HUPS; sent += 1) {
    await program.reload();
    await sleep((sent * 7) % 31);
  }
  for (;;) {
    const counts = await program.counts();
    const timeouts = counts.timeouts - before.timeouts;
    const { restarts } = counts;
    const tookMs = performance.now() - startedAt;
    const isEnough =
      lengthMs === undefined
        ? timeouts >= TIMEOUTS / ROUNDS && restarts >= RESTARTS / ROUNDS
        : tookMs >= lengthMs / ROUNDS;
    if (isEnough) {
      const reloads = counts.reloads - before.reloads;
      return { timeouts, restarts, reloads, rest: await program.settle(first) };
    }
    if (tookMs > LONGEST_MS / ROUNDS) {
      throw new Error(`only ${timeouts} timeouts and ${restarts} restarts in ${tookMs / 1000} s`);
    }
    await sleep(COUNTING_MS);
  }
}

/** The first round shows what is held once every path was run; whatever others add to it was left behind. */
function complaintsAbout(rounds: readonly Round[]): string[] {
  const rests = rounds.map(({ rest }) => rest);
  const [first, warm, last] = [rests[0], rests[1], rests.at(-1)];
  if (first === undefined || warm === undefined || last === undefined)
    return ['there were no rounds'];
  return [
    ...(rounds.some(({ timeouts }) => timeouts === 0) ? ['no check timed out'] : []),
    ...(rounds.some(({ restarts }) => restarts === 0) ? ['nothing was started again'] : []),
    ...rests.flatMap(complaintsAboutRest),
    ...(rests.every((rest) => isSame(first, rest))
      ? []
      : [`something was left: ${JSON.stringify(rests)}`]),
    ...(last.heap - warm.heap > HEAP_MAY_GROW_BYTES ? ['the heap has grown'] : []),
    ...(last.rss - warm.rss > MEMORY_MAY_GROW_BYTES ? ['its memory has grown'] : []),
  ];
}

function complaintsAboutRest({ processes, zombies, connections, health, entries }: Rest): string[] {
  return [
    ...(processes === PROCESSES ? [] : [`${processes} processes at rest`]),
    ...(zombies === 0 ? [] : [`${zombies} zombies at rest`]),
    ...(connections <= KEPT_CONNECTIONS ? [] : [`${connections} connections to the agent at rest`]),
    ...(health === 'passing' ? [] : [`the service is ${health} at rest`]),
    ...(entries === 1 ? [] : [`${entries} entries in the catalog at rest`]),
  ];
}

/** What happened, and what was held after it. */
function describe({ timeouts, restarts, reloads, rest }: Round): string {
  const { processes, zombies, files, connections, resources, heap, rss, health } = rest;
  const descriptors = Object.values(files).reduce((sum, count) => sum + count, 0);
  return [
    `${timeouts} timeouts, ${restarts} restarts, ${HUPS} HUPs (${reloads} reloads); then ${processes} processes`,
    `${zombies} zombies`,
    `${descriptors} descriptors (${connections} of them connections to the agent)`,
    `${resources['Timeout'] ?? 0} timers`,
    `heap ${(heap / 1e6).toFixed(2)} MB`,
    `RSS ${(rss / 1e6).toFixed(0)} MB`,
    `the service ${health}`,
  ].join(', ');
}
