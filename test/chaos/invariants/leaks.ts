import { waitUntil } from '../../support/wait-until.ts';
import type { Holdings } from '../stage/program.ts';

/** What `maxConnections` is by itself: so many may be kept for the next question. */
const MOST_CONNECTIONS = 100;
/** A command's pipes, a timer that is about to end. */
const SPARE_DESCRIPTORS = 6;
const SPARE_RESOURCES = 8;
/** A program that lived for a while has compiled more than one that just began. */
const SPARE_HEAP_BYTES = 12e6;
/** How files on their way are called; a last good file, which stays, is called otherwise. */
const TEMPORARY = /\.autotmpl-\d/;

/** What one who lived through it all holds and one who just began does not; what is said is for people. */
export function leaksOf(old: Holdings, fresh: Holdings): string[] {
  return [
    ...over('descriptors', old.descriptors, fresh.descriptors + SPARE_DESCRIPTORS),
    ...over('connections', old.connections, MOST_CONNECTIONS),
    ...over('handles and requests of Node', old.resources, fresh.resources + SPARE_RESOURCES),
    ...over('bytes of heap', old.heap, fresh.heap + SPARE_HEAP_BYTES),
    ...old.children.map((child) => `a child: ${child}`),
  ];
}

/**
 * What a program holds once its commands have ended, or what it holds at last where one outlasts `withinMs`. A command that still runs
 * when the files are true is its work; one that is there beyond its own time limit is left behind.
 */
export async function restingHoldings(
  look: () => Promise<Holdings>,
  withinMs: number,
): Promise<Holdings> {
  let holdings = await look();
  const isResting = async (): Promise<boolean> => {
    if (holdings.children.length > 0) holdings = await look();
    return holdings.children.length === 0;
  };
  await waitUntil(isResting, { timeoutMs: withinMs, what: 'its commands to end' }).catch(() => 0);
  return holdings;
}

/** Files on their way that nobody brings to their place any more. */
export function leftFiles(names: readonly string[]): string[] {
  return names.filter((name) => TEMPORARY.test(name));
}

function over(what: string, found: number, most: number): string[] {
  return found <= most ? [] : [`${found} ${what}, and no more than ${most} are explained`];
}
