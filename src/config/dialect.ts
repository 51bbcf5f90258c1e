import { isMap } from './document.ts';

/** What a config is written for. */
export type Dialect = 'autotmpl' | 'containerpilot2' | 'containerpilot3' | 'consul-template';

/** What the way in which a config was given speaks for: the name that we were called by, above all. */
export type Likely = 'autotmpl' | 'containerpilot' | 'consul-template';

/** What a user may say of a config; `containerpilot` is 2 or 3, by its keys. */
export const DIALECT_WORDS = [
  'autotmpl',
  'containerpilot',
  'containerpilot2',
  'containerpilot3',
  'consul-template',
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
/** `consul`, `wait` and `deduplicate` are shared. */
const CONSUL_TEMPLATE: readonly string[] = [
  ...['template', 'vault', 'nomad', 'exec', 'syslog', 'log_file', 'log_level'],
  ...['default_delimiters', 'kill_signal', 'reload_signal', 'max_stale', 'pid_file', 'once'],
  ...['template_error_fatal', 'parseonly', 'block_query_wait', 'err_on_failed_lookup'],
];
const NOT_2: readonly string[] = ['jobs', 'watches', 'control'];

/** What entries of `jobs` and `watches` have in only one of the two dialects that know these keys. */
const SHAPES = {
  ours: [
    ...['main', 'coprocess', 'service', 'stopSignal', 'user', 'cwd', 'env', 'key', 'prefix'],
    ...['onChange', 'group', 'compare'],
  ],
  theirs: ['port', 'initial_status', 'consul', 'interfaces', 'tags', 'interval'],
};

/**
 * Recognises a dialect by its keys: those at the top that others do not have, else the shape of jobs and watches, else the kinds of
 * values. A mix is refused, with the keys of each. Where all that leaves it open, `likely` decides: what the way in which the config was
 * given speaks for.
 */
export function recogniseDialect(
  content: Readonly<Record<string, unknown>>,
  likely: Likely,
): Recognised {
  const keys = Object.keys(content);
  const among = (known: readonly string[]) => keys.filter((key) => known.includes(key));
  const [ours, two, not2, both] = [among(OURS), among(ONLY_2), among(NOT_2), among(BOTH)];
  const [consulTemplate, others] = [
    [...among(CONSUL_TEMPLATE), ...(hasTheirDeduplicate(content) ? ['deduplicate'] : [])],
    [...ours.filter((key) => key !== 'wait'), ...two, ...not2, ...among(['logging'])],
  ];
  if (consulTemplate.length > 0 || (likely === 'consul-template' && others.length === 0)) {
    return others.length === 0
      ? { dialect: 'consul-template' }
      : mix(consulTemplate, "consul-template's", others, "another program's");
  }
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
  if (both.length > 0) return { dialect: version };
  const shape = byShape(content);
  if (shape !== undefined) return shape;
  return { dialect: likely === 'containerpilot' ? version : 'autotmpl' };
}

/** By the keys of jobs and watches, else by the kinds of their values; undefined: nothing speaks for either, or as much for both. */
function byShape(content: Readonly<Record<string, unknown>>): Recognised | undefined {
  const entries = [content.jobs, content.watches]
    .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    .filter((entry) => isMap(entry));
  const found = (shapes: readonly string[]) => [
    ...new Set(
      entries.flatMap((entry) => Object.keys(entry).filter((key) => shapes.includes(key))),
    ),
  ];
  const [ours, theirs] = [found(SHAPES.ours), found(SHAPES.theirs)];
  if (ours.length > 0 && theirs.length > 0) {
    return mix(ours, "those of autotmpl's jobs", theirs, "those of ContainerPilot 3's");
  }
  if (ours.length > 0) return { dialect: 'autotmpl' };
  return theirs.length > 0 ? { dialect: 'containerpilot3' } : byValues(content, entries);
}

/** A value of the wrong kind is an error of a config that its keys tell: so this is asked last, and never makes a mix. */
function byValues(
  { stopTimeout, telemetry }: Readonly<Record<string, unknown>>,
  entries: readonly Readonly<Record<string, unknown>>[],
): Recognised | undefined {
  const durations = [
    stopTimeout,
    ...entries.flatMap(({ health }) => (isMap(health) ? [health.interval, health.ttl] : [])),
  ];
  const hasOne = (maps: readonly unknown[], keys: readonly string[]) =>
    maps.some((map) => isMap(map) && keys.some((key) => key in map));
  const checks = entries.map(({ health }) => health);
  const ours =
    durations.some((value) => typeof value === 'string' && /[a-z]/.test(value)) ||
    entries.some(({ logging, restarts }) => typeof logging === 'string' || isMap(restarts)) ||
    hasOne([telemetry], ['listen', 'register']) ||
    hasOne(checks, ['http', 'tcp', 'file', 'warningExitCode']);
  const theirs =
    durations.some((value) => typeof value === 'number') ||
    entries.some(({ logging }) => isMap(logging)) ||
    hasOne([telemetry], ['port', 'interfaces', 'tags', 'metrics']);
  if (ours === theirs) return undefined;
  return { dialect: ours ? 'autotmpl' : 'containerpilot3' };
}

/** What `deduplicate` holds in one of the two dialects that have it. */
function hasTheirDeduplicate({ deduplicate }: Readonly<Record<string, unknown>>): boolean {
  if (Array.isArray(deduplicate)) return true;
  const theirs = ['enabled', 'max_stale', 'block_query_wait'];
  return isMap(deduplicate) && theirs.some((key) => key in deduplicate);
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
export function guessDialect(text: string, likely: Likely): Dialect {
  const has = (keys: readonly string[]) =>
    new RegExp(String.raw`(?:^|[{,\s])["']?(?:${keys.join('|')})["']?\s*:`).test(text);
  if (has(['templates', 'catalog', 'searchPath', 'hooks'])) return 'autotmpl';
  if (!has([...ONLY_2, ...BOTH]) && (likely === 'autotmpl' || has(SHAPES.ours))) return 'autotmpl';
  return has(NOT_2) && !has(ONLY_2) ? 'containerpilot3' : 'containerpilot2';
}
