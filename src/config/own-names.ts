import { nearest } from '../core/nearest.ts';
import type { EventCode } from '../supervisor/happening.ts';
import type { JobSettings, WatchSettings } from '../supervisor/settings.ts';
import { GLOBAL_CODES } from './event-codes.ts';
import type { Problem } from './problems.ts';

/** What names can refer to, of all documents together. */
export interface Named {
  readonly jobs: readonly JobSettings[];
  readonly watches: readonly WatchSettings[];
  readonly election: boolean;
  /** What templates write, as they name it. */
  readonly destinations: readonly string[];
}

/** Sources that are no job's and no watch's, and the events that they have. */
const SOURCES: Readonly<Record<string, readonly EventCode[]>> = {
  renderer: ['ready'],
  election: ['leader', 'follower', 'lost'],
  global: GLOBAL_CODES,
  SIGHUP: ['SIGHUP'],
  SIGUSR2: ['SIGUSR2'],
};
const OF_WATCHES: readonly EventCode[] = ['changed', 'healthy', 'unhealthy'];
const RESERVED: readonly string[] = [...Object.keys(SOURCES), 'preStart', 'preStop', 'postStop'];

/** Finds names that are there twice, that mean something else, and that lead nowhere: a job that waits for nobody's event would never run. */
export function nameProblems({ jobs, watches, election, destinations }: Named): Problem[] {
  const jobNames = jobs.map(({ name }) => name);
  return [
    ...doubles(jobs, 'job'),
    ...doubles(watches, 'watch'),
    ...jobs.flatMap(({ name, place }) =>
      RESERVED.includes(name) || name.startsWith('watch.')
        ? [
            {
              file: place,
              message: `name: ${name} is the name of something else`,
              suggestion: 'give the job another',
            },
          ]
        : [],
    ),
    ...jobs.flatMap((job) => startProblem(job, jobNames, watches, election) ?? []),
    ...watches.flatMap((watch) => targetProblem(watch, jobNames) ?? []),
    ...watches.flatMap((watch) => fileProblems(watch, destinations)),
  ];
}

/** A watch of what nobody writes would never tell of a change. */
function fileProblems(watch: WatchSettings, destinations: readonly string[]): Problem[] {
  if (!('files' in watch)) return [];
  const fail = (message: string, suggestion: string): Problem => ({
    file: watch.place,
    message: `files: ${message}`,
    suggestion,
  });
  if (destinations.length === 0) {
    return [fail('there is no template that could write one', 'add templates, or remove it')];
  }
  if (watch.files === 'any') return [];
  return watch.files
    .filter((file) => !destinations.includes(file))
    .map((file) => {
      const close = nearest(file, destinations);
      return fail(
        `no template writes ${JSON.stringify(file)}`,
        close === undefined
          ? `destinations are ${destinations.join(', ')}`
          : `did you mean ${close}?`,
      );
    });
}

function doubles(things: readonly (JobSettings | WatchSettings)[], noun: string): Problem[] {
  const taken = new Map<string, string>();
  return things.flatMap(({ name, place }) => {
    const earlier = taken.get(name);
    if (earlier === undefined) taken.set(name, place);
    const message = `name: the ${noun} ${name} is there already: ${earlier ?? ''}`;
    return earlier === undefined
      ? []
      : [{ file: place, message, suggestion: 'give it another name' }];
  });
}

function startProblem(
  { name, when, place }: JobSettings,
  jobs: readonly string[],
  watches: readonly WatchSettings[],
  election: boolean,
): Problem | undefined {
  if (when.kind !== 'event') return undefined;
  const { source, code } = when;
  const fail = (message: string, suggestion: string): Problem => ({
    file: place,
    message: `when.source: ${message}`,
    suggestion,
  });
  if (source === name) return fail('a job cannot wait for itself', 'name another source');
  if (source === 'election' && !election)
    return fail('there is no election', 'add election: {key: …}');
  const known = [
    ...jobs.filter((other) => other !== name),
    ...watches.map((watch) => `watch.${watch.name}`),
    ...Object.keys(SOURCES),
    ...['preStart', 'preStop', 'postStop'],
  ];
  if (!known.includes(source)) {
    const meantWatch = watches.find((watch) => watch.name === source);
    const close = meantWatch === undefined ? nearest(source, known) : `watch.${source}`;
    return fail(
      `nothing is called ${JSON.stringify(source)}`,
      close === undefined
        ? `known here: ${[...new Set(known)].join(', ')}`
        : `did you mean ${close}?`,
    );
  }
  const codes = source.startsWith('watch.') ? OF_WATCHES : SOURCES[source];
  if (codes === undefined || codes.includes(code)) return undefined;
  return fail(`${source} has no event ${code}`, `its events are ${codes.join(', ')}`);
}

function targetProblem(
  { onChange, place }: WatchSettings,
  jobs: readonly string[],
): Problem | undefined {
  const action = onChange?.action;
  if (action?.kind !== 'signal' && action?.kind !== 'restart') return undefined;
  if (jobs.includes(action.job)) return undefined;
  const key = action.kind === 'signal' ? 'onChange.job' : 'onChange.restart';
  if (action.job === '') {
    return {
      file: place,
      message: `${key}: there is no main job that it could mean`,
      suggestion: 'name a job',
    };
  }
  const close = nearest(action.job, jobs);
  return {
    file: place,
    message: `${key}: there is no job ${JSON.stringify(action.job)}`,
    suggestion:
      close === undefined
        ? `known here: ${[...new Set(jobs)].join(', ') || 'none'}`
        : `did you mean ${close}?`,
  };
}
