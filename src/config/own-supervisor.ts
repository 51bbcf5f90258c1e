import { parseDuration } from '../core/duration.ts';
import type { JobSettings, SupervisorSettings } from '../supervisor/settings.ts';
import { showPath, type DocumentPath } from './document.ts';
import { withFingerprint } from './fingerprint.ts';
import { electionProblems, ownElection } from './own-election.ts';
import { ownJob, type JobPlace } from './own-jobs.ts';
import { nameProblems } from './own-names.ts';
import { ownWaitFor, ownWatch } from './own-watches.ts';
import { problemAt, showPlace, type Problem } from './problems.ts';
import type { CheckedDocument } from './read-config.ts';
import type { JobContent } from './schema.ts';
import { parseAction, parseHandled } from './signal-words.ts';
import { SIGNALS, STOP_TIMEOUT_MS } from './supervisor-defaults.ts';

/** What our own documents say of the supervisor; undefined where there is nothing to supervise. */
export interface OwnSupervisor {
  readonly supervisor: SupervisorSettings | undefined;
  readonly problems: readonly Problem[];
}

/** What decides it beside the documents. */
export interface OwnSupervisorOptions {
  /** The words behind the flags; they are the process of the main job. */
  readonly mainCommand: readonly string[] | undefined;
  /** What templates write, by their labels; the main job waits for it. */
  readonly destinations: readonly string[];
  /** Notes who said what. */
  readonly origins: Map<string, string>;
}

/** Puts together what our own documents say of the supervisor: lists add up, of single values the last counts. */
export function ownSupervisor(
  documents: readonly CheckedDocument[],
  { mainCommand, destinations, origins }: OwnSupervisorOptions,
): OwnSupervisor {
  const placed = entriesOf(documents, 'jobs', ({ jobs }) => jobs ?? []);
  const contents = withMainCommand(
    placed.map(({ entry, at }) => ({ content: entry, at })),
    mainCommand,
  );
  noteEntries('jobs', placed, origins);
  const commanded = contents.findIndex(({ content }) => content.main === true);
  if (mainCommand !== undefined) origins.set(`jobs[${commanded}].exec`, 'command line');
  const jobs = contents.map(({ content, at }) => ownJob(content, at, destinations.length > 0));
  const mainJob = jobs.find(({ role }) => role === 'main')?.name;
  const watched = entriesOf(documents, 'watches', ({ watches }) => watches ?? []);
  noteEntries('watches', watched, origins);
  const watches = watched.map(({ entry, at }) => ownWatch(entry, at.place, mainJob ?? ''));
  const awaited = entriesOf(documents, 'waitFor', ({ waitFor }) => waitFor ?? []);
  noteEntries('waitFor', awaited, origins);
  const waitFor = awaited.map(({ entry }) => ownWaitFor(entry));
  const hooks = ownHooks(documents, mainJob, origins);
  const election = ownElection(documents, jobs, origins);
  const problems = [
    ...nameProblems({ jobs, watches, election: election !== undefined, destinations }),
    ...electionProblems(documents, jobs),
    ...mainProblems(jobs),
  ];
  const all = [...hooks, ...jobs];
  const isNeeded = all.length + watches.length + waitFor.length > 0 || election !== undefined;
  if (!isNeeded)
    return { supervisor: undefined, problems: [...problems, ...idleSignals(documents)] };
  const supervisor: SupervisorSettings = {
    jobs: all,
    watches,
    waitFor,
    ...(election !== undefined && { election }),
    signals: ownSignals(documents, origins),
    stopTimeoutMs: ownStopTimeout(documents, origins),
    stopOrder: 'deregisterFirst',
    childVariables: 'autotmpl',
  };
  return { supervisor, problems };
}

interface Placed<Entry> {
  readonly entry: Entry;
  readonly at: JobPlace;
  /** The place of one of its keys. */
  readonly placeOf: (key: string) => string;
}

function entriesOf<Entry>(
  documents: readonly CheckedDocument[],
  key: 'jobs' | 'watches' | 'waitFor',
  pick: (content: CheckedDocument['content']) => readonly Entry[],
): Placed<Entry>[] {
  return documents.flatMap(({ content, document }) =>
    pick(content).map((entry, index) => {
      const path: DocumentPath = [key, index];
      const place = showPlace(document.file, document.locate(path, 'value'));
      return {
        entry,
        at: { place: `${place} ${showPath(path)}`, folder: document.folder },
        placeOf: (name: string) =>
          showPlace(document.file, document.locate([...path, name], 'value')),
      };
    }),
  );
}

function noteEntries(
  key: string,
  placed: readonly Placed<object>[],
  origins: Map<string, string>,
): void {
  for (const [index, { entry, placeOf }] of placed.entries()) {
    for (const name of Object.keys(entry)) {
      origins.set(`${key}[${index}].${name}`, placeOf(name));
    }
  }
}

/** The command line beats the config: its words are the process of the main job, which may be there without one. */
function withMainCommand(
  jobs: readonly { readonly content: JobContent; readonly at: JobPlace }[],
  words: readonly string[] | undefined,
): typeof jobs {
  if (words === undefined) return jobs;
  const exec = [...words];
  if (jobs.some(({ content }) => content.main === true)) {
    return jobs.map(({ content, at }) =>
      content.main === true ? { content: { ...content, exec }, at } : { content, at },
    );
  }
  const at = { place: 'the command line', folder: '/' };
  return [...jobs, { content: { name: 'main', main: true, exec }, at }];
}

function ownHooks(
  documents: readonly CheckedDocument[],
  main: string | undefined,
  origins: Map<string, string>,
): JobSettings[] {
  const at = (code: 'stopping' | 'stopped') =>
    main === undefined
      ? ({ kind: 'event', source: 'global', code: 'shutdown', mode: 'once' } as const)
      : ({ kind: 'event', source: main, code, mode: 'once' } as const);
  const starts = {
    preStart: { kind: 'startup' },
    preStop: at('stopping'),
    postStop: at('stopped'),
  } as const;
  return (['preStart', 'preStop', 'postStop'] as const).flatMap((role) => {
    const last = documents.findLast(({ content }) => content.hooks?.[role] !== undefined);
    const exec = last?.content.hooks?.[role];
    if (last === undefined || exec === undefined) return [];
    const { document } = last;
    const place = showPlace(document.file, document.locate(['hooks', role], 'value'));
    origins.set(`hooks.${role}`, place);
    const job = ownJob(
      { name: role, exec },
      { place: `${place} hooks.${role}`, folder: document.folder },
      false,
    );
    return [withFingerprint<JobSettings>({ ...job, role, when: starts[role] })];
  });
}

function ownSignals(
  documents: readonly CheckedDocument[],
  origins: Map<string, string>,
): SupervisorSettings['signals'] {
  const table: Record<string, unknown> = { ...SIGNALS };
  for (const { content, document } of documents) {
    for (const [name, text] of Object.entries(content.signals ?? {})) {
      const signal = parseHandled(name);
      if (signal === undefined) continue;
      table[signal] = parseAction(text);
      origins.set(
        `signals.${name}`,
        showPlace(document.file, document.locate(['signals', name], 'value')),
      );
    }
  }
  return table;
}

function ownStopTimeout(
  documents: readonly CheckedDocument[],
  origins: Map<string, string>,
): number {
  const last = documents.findLast(({ content }) => content.stopTimeout !== undefined);
  if (last === undefined) return STOP_TIMEOUT_MS;
  const { file, locate } = last.document;
  origins.set('stopTimeout', showPlace(file, locate(['stopTimeout'], 'value')));
  return parseDuration(last.content.stopTimeout ?? '') ?? STOP_TIMEOUT_MS;
}

/** Without anything to supervise signals mean what they always mean. */
function idleSignals(documents: readonly CheckedDocument[]): Problem[] {
  return documents.flatMap(({ content, document }) =>
    (['signals', 'stopTimeout'] as const)
      .filter((key) => content[key] !== undefined)
      .map((key) =>
        problemAt(document, [key], 'key', {
          message: 'there is nothing to supervise that it could be for',
          suggestion: 'add jobs, or remove it',
        }),
      ),
  );
}

function mainProblems(jobs: readonly JobSettings[]): Problem[] {
  const mains = jobs.filter(({ role }) => role === 'main');
  const [first] = mains;
  const second = mains.slice(1).map(({ place }) => ({
    file: place,
    message: `main: the main job is there already: ${first?.place ?? ''}`,
    suggestion: 'there is one at most',
  }));
  const empty = mains.slice(0, 1).filter(({ exec }) => exec === undefined);
  return [
    ...second,
    ...empty.map(({ place }) => ({
      file: place,
      message: 'the main job has no exec, and the command line no command behind --',
      suggestion: 'add one of the two',
    })),
  ];
}
