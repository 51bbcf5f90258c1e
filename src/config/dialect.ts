import { isMap } from './document.ts';

/** What a config is written for. */
export type Dialect = 'autotmpl' | 'containerpilot2' | 'containerpilot3';

/** What a user may say of a config; `containerpilot` is 2 or 3, by its keys. */
export const DIALECT_WORDS = [
  'autotmpl',
  'containerpilot',
  'containerpilot2',
  'containerpilot3',
] as const;

/** One of {@link DIALECT_WORDS}. */
export type DialectWord = (typeof DIALECT_WORDS)[number];

/** A dialect, or why there is none: a sentence. */
export type Recognised = { readonly dialect: Dialect } | { readonly conflict: string };

/** Keys at the top that only one of them has. `jobs`, `watches`, `control`, `telemetry` and `stopTimeout` are in several. */
const OURS: readonly string[] = [
  ...['$schema', 'catalog', 'wait', 'searchPath', 'log', 'templates', 'hooks', 'waitFor'],
  ...['election', 'signals', 'state', 'startWith'],
];
const ONLY_2: readonly string[] = [
  ...['services', 'backends', 'tasks', 'coprocesses', 'preStart', 'preStop', 'postStop'],
  ...['onStart', 'etcd'],
];
const BOTH: readonly string[] = ['consul', 'logging'];
const NOT_2: readonly string[] = ['jobs', 'watches', 'control'];

/** What entries of `jobs` and `watches` have in only one of the two dialects that know these keys. */
const SHAPES = {
  ours: [
    ...['main', 'coprocess', 'service', 'stopSignal', 'user', 'cwd', 'env', 'key', 'prefix'],
    ...['onChange', 'group'],
  ],
  theirs: ['port', 'initial_status', 'consul', 'interfaces', 'tags', 'interval', 'dc'],
};

/**
 * Recognises a dialect by its keys: those at the top that others do not have, else the shape of jobs and watches. A mix is refused,
 * with the keys of each. `likely` is what the way in which the config was given speaks for.
 */
export function recogniseDialect(
  content: Readonly<Record<string, unknown>>,
  likely: 'autotmpl' | 'containerpilot',
): Recognised {
  const keys = Object.keys(content);
  const among = (known: readonly string[]) => keys.filter((key) => known.includes(key));
  const [ours, two, not2, both] = [among(OURS), among(ONLY_2), among(NOT_2), among(BOTH)];
  if (ours.length > 0) {
    const theirs = [...two, ...both];
    return theirs.length === 0
      ? { dialect: 'autotmpl' }
      : mix(ours, "autotmpl's", theirs, "ContainerPilot's");
  }
  if (two.length > 0) {
    return not2.length === 0
      ? { dialect: 'containerpilot2' }
      : mix(two, "ContainerPilot 2's", not2, "ContainerPilot 3's");
  }
  const version = not2.length > 0 || hasMetrics(content) ? 'containerpilot3' : 'containerpilot2';
  if (both.length > 0 || likely === 'containerpilot') return { dialect: version };
  return byShape(content);
}

/** ContainerPilot 3 needs a `consul` at the top: without one and without its shapes a config is ours. */
function byShape(content: Readonly<Record<string, unknown>>): Recognised {
  const entries = [content.jobs, content.watches]
    .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    .filter((entry) => isMap(entry));
  const found = (shapes: readonly string[]) => [
    ...new Set(
      entries.flatMap((entry) => Object.keys(entry).filter((key) => shapes.includes(key))),
    ),
  ];
  const [ours, theirs] = [found(SHAPES.ours), found(SHAPES.theirs)];
  if (theirs.length === 0) return { dialect: 'autotmpl' };
  return ours.length === 0
    ? { dialect: 'containerpilot3' }
    : mix(ours, "those of autotmpl's jobs", theirs, "those of ContainerPilot 3's");
}

function hasMetrics({ telemetry }: Readonly<Record<string, unknown>>): boolean {
  return isMap(telemetry) && 'metrics' in telemetry;
}

function mix(
  first: readonly string[],
  firstWhose: string,
  second: readonly string[],
  secondWhose: string,
): Recognised {
  const are = (keys: readonly string[], whose: string) =>
    `${keys.join(', ')} ${keys.length === 1 ? 'is' : 'are'} ${whose}`;
  return {
    conflict: `a mix of two dialects: ${are(first, firstWhose)}, ${are(second, secondWhose)}`,
  };
}

/** A guess at the dialect of a text that cannot be parsed, so that its error is told in the right words. */
export function guessDialect(text: string, likely: 'autotmpl' | 'containerpilot'): Dialect {
  const has = (keys: readonly string[]) =>
    new RegExp(String.raw`(?:^|[{,\s])["']?(?:${keys.join('|')})["']?\s*:`).test(text);
  if (has(['templates', 'catalog', 'searchPath', 'hooks'])) return 'autotmpl';
  if (likely === 'autotmpl' && !has([...ONLY_2, ...BOTH])) return 'autotmpl';
  return has(NOT_2) && !has(ONLY_2) ? 'containerpilot3' : 'containerpilot2';
}
