/** Keys that are read together, and the text that all of them begin with. */
export interface Leaf {
  readonly prefix: string;
  /** In order. */
  readonly paths: readonly string[];
}

/** How finely keys are divided. */
export interface PartitionRules {
  /** No leaf is divided for its size where there are so many. */
  readonly most: number;
  /** Fewer keys than this are not worth a watch of their prefix. */
  readonly least: number;
  /** So many keys may be left out for the size of a leaf's sake. */
  readonly spare: number;
  /** Whether these cannot be read together, or not at a sensible price. */
  readonly isBarred: (prefix: string, keys: number) => boolean;
  /** How many bytes are below a prefix; undefined where nobody knows. */
  readonly bytesBelow: (prefix: string) => number | undefined;
  /** Whether they are read together now: then it takes twice the size to divide them, as a change of mind has its price. */
  readonly isThere: (prefix: string) => boolean;
}

/** A leaf is divided from here on: all below it is read again for a change of one key. */
const TARGET_BYTES = 48 * 1024;
/** What one key takes in an answer, where nobody knows better. */
const BYTES_A_KEY = 160;

/** A run of the sorted paths. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly prefix: string;
  readonly bytes: number;
}

/**
 * Divides keys by what they begin with: each leaf is the longest beginning that its keys share. A leaf is divided at the next
 * character where it is barred, and the largest is as long as there may be more of them. Keys in no leaf are on their own.
 * `paths` is sorted by code units and has each path once.
 */
export function partition(paths: readonly string[], rules: PartitionRules): readonly Leaf[] {
  const open = [runOf(paths, 0, paths.length, undefined, rules)];
  const leaves: Run[] = [];
  for (let run = open.pop(); run !== undefined; run = open.pop()) {
    const keys = run.to - run.from;
    if (keys < rules.least) continue;
    if (rules.isBarred(run.prefix, keys)) open.push(...divide(paths, run, rules));
    else leaves.push(run);
  }
  divideLargest(paths, leaves, rules);
  return leaves.map(({ prefix, from, to }) => ({ prefix, paths: paths.slice(from, to) }));
}

function divideLargest(paths: readonly string[], leaves: Run[], rules: PartitionRules): void {
  const whole = new Set<Run>();
  let spare = rules.spare;
  for (;;) {
    const at = largestOf(leaves, whole, rules);
    const run = leaves[at];
    if (run === undefined) return;
    const parts = divide(paths, run, rules);
    const kept = parts.filter(({ from, to }) => to - from >= rules.least);
    const left = run.to - run.from - kept.reduce((sum, { from, to }) => sum + to - from, 0);
    const isBarred = kept.some(({ prefix, from, to }) => rules.isBarred(prefix, to - from));
    const fits = leaves.length - 1 + kept.length <= rules.most && left <= spare;
    if (!fits || isBarred || kept.length === 0) {
      whole.add(run);
      continue;
    }
    spare -= left;
    leaves.splice(at, 1, ...kept);
  }
}

/** Where the largest is that should be divided; -1 where none should. */
function largestOf(
  leaves: readonly Run[],
  whole: ReadonlySet<Run>,
  { isThere }: PartitionRules,
): number {
  let found = -1;
  let most = TARGET_BYTES;
  for (const [at, run] of leaves.entries()) {
    const size = isThere(run.prefix) ? run.bytes / 2 : run.bytes;
    if (size <= most || whole.has(run)) continue;
    found = at;
    most = size;
  }
  return found;
}

/** Parts by the character that follows the prefix; a key that is the prefix itself is one of its own. */
function divide(paths: readonly string[], run: Run, rules: PartitionRules): Run[] {
  if (run.to - run.from < 2) return [];
  const at = run.prefix.length;
  const parts: Run[] = [];
  for (let from = run.from; from < run.to;) {
    const character = paths[from]?.codePointAt(at);
    let to = from + 1;
    while (to < run.to && paths[to]?.codePointAt(at) === character) to++;
    parts.push(runOf(paths, from, to, run, rules));
    from = to;
  }
  return parts;
}

function runOf(
  paths: readonly string[],
  from: number,
  to: number,
  whole: Run | undefined,
  { bytesBelow }: PartitionRules,
): Run {
  const prefix = sharedPrefix(paths[from] ?? '', paths[to - 1] ?? '');
  const bytesEach = whole === undefined ? BYTES_A_KEY : whole.bytes / (whole.to - whole.from);
  return { from, to, prefix, bytes: bytesBelow(prefix) ?? (to - from) * bytesEach };
}

/** What two texts begin with; half a character is none. Of sorted texts, the first and the last share what all do. */
function sharedPrefix(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  const isHalf = length > 0 && /[\uD800-\uDBFF]/.test(one.charAt(length - 1));
  return one.slice(0, isHalf ? length - 1 : length);
}
