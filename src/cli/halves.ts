import type { start } from './main.ts';

/** What the first of the program's two files gives: its start, and to the rest each module that both need. */
export interface FirstHalf {
  /** Which build it is of; both files are of the same. */
  readonly build: string;
  readonly start: typeof start;
  share(module: string): unknown;
}

/** What the rest gives: each module that the first file asks for late. */
interface OtherHalf {
  readonly build: string;
  load(module: string): unknown;
}

/** Asks for a module by name, as CommonJS does. */
export type Require = (name: string) => unknown;

/** The file that every run reads, as the build names it (`scripts/halves.mjs`). */
export const FIRST = 'main.cjs';
/** The file of all that few runs need. */
export const REST = 'rest.cjs';

const OF_FIRST = 'main:';
const OF_REST = 'rest:';

/**
 * Runs the program's first file, and the rest when something of it is first asked for. `run` runs one of them with a `require`;
 * the one given here is for all that is in neither.
 */
export function joinHalves(
  run: (file: typeof FIRST | typeof REST, require: Require) => unknown,
  require: Require,
): FirstHalf {
  let rest: OtherHalf | undefined;
  const first = run(FIRST, (name) => {
    if (!name.startsWith(OF_REST)) return require(name);
    rest ??= openRest();
    return rest.load(name.slice(OF_REST.length));
  }) as FirstHalf;
  const ofRest: Require = (name) =>
    name.startsWith(OF_FIRST) ? first.share(name.slice(OF_FIRST.length)) : require(name);
  const openRest = (): OtherHalf => {
    const opened = run(REST, ofRest) as OtherHalf;
    if (opened.build === first.build) return opened;
    throw new Error('autotmpl was replaced by another version while it ran: start it anew');
  };
  return first;
}
