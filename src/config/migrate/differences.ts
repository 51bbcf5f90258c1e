import type { Settings } from '../settings.ts';

/** What two settings do not have in common: a path into the first, and what it says there. */
export interface Difference {
  readonly path: string;
  readonly value: unknown;
}

/** What names a place, is only shown, or follows from something else. */
const NAMES =
  /^(?:warnings|remarks)\b|^targets\[\d+\]\.(?:label|source\.name)$|(?:^|\.)(?:place|fingerprint|checkId|byDefault)$/;
/** A service without a process has none that could be stopped. */
const IDLE = /^supervisor\.jobs\[(\d+)\]\.(?:stopTimeoutMs|stopSignal)$/;
/** What a run does where nothing says how to run. */
const PLAIN_RUN = {
  ...{ once: false, parseOnly: false, errOnFailedLookup: false },
  ...{ killSignal: 'SIGINT', reloadSignal: 'SIGHUP' },
};
/** What templates and commands find in their environment in any case. */
const PLAIN_ENVIRONMENT = ['CONSUL_HTTP_ADDR'];

/** What the settings in `before` say and those in `after` do not, each at the deepest path that differs. */
export function differences(before: Settings, after: Settings): readonly Difference[] {
  return [...compare(whole(before), whole(after), '')].filter(({ path }) => {
    const idle = IDLE.exec(path)?.[1];
    return !NAMES.test(path) && !(idle !== undefined && hasNoProcess(before, Number(idle)));
  });
}

function hasNoProcess({ supervisor }: Settings, job: number): boolean {
  return supervisor?.jobs[job]?.exec === undefined;
}

/** With what absence means said. */
function whole(settings: Settings): object {
  const environment = Object.entries(settings.environment ?? {}).filter(
    ([name]) => !PLAIN_ENVIRONMENT.includes(name),
  );
  return {
    ...settings,
    run: { ...PLAIN_RUN, ...settings.run },
    environment: Object.fromEntries(environment),
  };
}

function* compare(before: unknown, after: unknown, path: string): Generator<Difference> {
  if (Object.is(before, after)) return;
  if (!isTree(before) || (after !== undefined && !isTree(after))) {
    yield { path, value: before };
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after ?? {})])) {
    const step = Array.isArray(before) ? `[${key}]` : `${path === '' ? '' : '.'}${key}`;
    yield* compare(before[key], after?.[key], `${path}${step}`);
  }
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
