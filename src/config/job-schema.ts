import * as v from 'valibot';
import { formatDuration } from '../core/duration.ts';
import type { EventCode } from '../supervisor/happening.ts';
import { EVENT_CODES } from './event-codes.ts';
import {
  command,
  duration,
  flag,
  list,
  map,
  oneOf,
  path,
  positiveDuration,
  runAs,
  setting,
  signal,
  text,
  texts,
  times,
} from './schema-words.ts';
import { healthSchema, serviceSchema } from './service-schema.ts';
import { JOB_DEFAULTS, RESTART_PACE } from './supervisor-defaults.ts';

const eventCode = v.pipe(
  oneOf(EVENT_CODES as readonly [EventCode, ...EventCode[]]),
  v.metadata({ kind: 'event' }),
);

const whenSchema = map({
  interval: setting(positiveDuration, { description: 'Runs again and again, so far apart.' }),
  first: setting(oneOf(['now', 'later']), {
    description: 'With `interval`: the first run is at once, or after one interval.',
    default: 'now',
  }),
  source: setting(text, {
    description:
      'Whose event is waited for: a job, `watch.NAME`, `renderer`, `election`, `global`, `SIGHUP` or `SIGUSR2`; the last two need no `each`.',
  }),
  once: setting(eventCode, { description: 'Runs at the first event of this name.' }),
  each: setting(eventCode, {
    description:
      'Runs at every event of this name; those that come while it runs count as one more.',
  }),
  timeout: setting(positiveDuration, {
    description: 'A job that waited for its event so long never runs. Default: for ever.',
  }),
});

const restartsSchema = map({
  max: setting(times, {
    description:
      'How often a process that ended is started again. Default: 0; of a job with an `interval`, which counts its runs here, `unlimited`.',
  }),
  delay: setting(positiveDuration, {
    description: 'Before the first restart.',
    default: formatDuration(RESTART_PACE.delayMs),
  }),
  factor: setting(
    v.pipe(v.number('a number of at least 1'), v.minValue(1, 'a number of at least 1')),
    { description: 'Each delay is so many times the last.', default: RESTART_PACE.factor },
  ),
  cap: setting(positiveDuration, {
    description: 'No delay is longer.',
    default: formatDuration(RESTART_PACE.capMs),
  }),
  reset: setting(positiveDuration, {
    description: 'A process that ran so long starts counting anew.',
    default: formatDuration(RESTART_PACE.resetMs),
  }),
});

const patterns = list(text, 'a list of patterns of names');

const inheritsSchema = map({
  pristine: setting(flag, { description: '`true`: none of it.', default: false }),
  allowlist: setting(patterns, {
    description: 'Patterns of names, `*` for any characters: only these.',
  }),
  denylist: setting(patterns, {
    description: 'Patterns of names: not these; stronger than `allowlist`.',
  }),
});

/** `jobs[]`: one process, or a service that is only checked and advertised. What keys have to do with each other is supervisor-rules.ts's to say. */
export const jobSchema = map({
  name: v.pipe(
    text,
    v.metadata({ description: 'Required, and unlike all others: the source of its events.' }),
  ),
  main: setting(flag, {
    description: 'The host process: its end ends the program, with its exit code. One at most.',
    default: false,
  }),
  coprocess: setting(flag, {
    description: 'Runs beside the main process and ends after everything else: a Consul agent.',
    default: false,
  }),
  exec: setting(command, {
    description:
      'The process: text for `sh -c`, or a list of words that is started directly. Without one the job is only checked and advertised.',
  }),
  when: setting(whenSchema, {
    description:
      'When it starts. Default: with the program; the main job waits for `renderer` to be `ready` where there are templates.',
  }),
  restarts: setting(restartsSchema, { description: 'What happens after its process ended.' }),
  timeout: setting(positiveDuration, {
    description: 'A run that takes longer is killed with all of its processes. Default: none.',
  }),
  stopSignal: setting(signal, {
    description: 'Asks its processes to end.',
    default: JOB_DEFAULTS.stopSignal,
  }),
  stopTimeout: setting(duration, {
    description: 'From that signal to KILL. `0s`: KILL at once.',
    default: formatDuration(JOB_DEFAULTS.stopTimeoutMs),
  }),
  user: setting(runAs, {
    description: 'Runs as this user: `name`, `name:group`, or numbers. Default: as autotmpl.',
  }),
  cwd: setting(path, { description: "Its working folder. Default: autotmpl's." }),
  env: setting(texts('map of texts'), {
    description: "Variables on top of autotmpl's own environment.",
  }),
  inherits: setting(inheritsSchema, {
    description: "What it gets of autotmpl's own environment. Default: all.",
  }),
  logging: setting(oneOf(['prefix', 'raw', 'json']), {
    description:
      'Its output: each line behind the name of the job, as it came, or in a line of JSON each.',
    default: JOB_DEFAULTS.logging,
  }),
  service: setting(serviceSchema, { description: 'How it is advertised in the catalog.' }),
  health: setting(healthSchema, {
    description: 'How it is checked: by exactly one of `exec`, `http`, `tcp` and `file`.',
  }),
});

/** `jobs`. */
export const jobsSchema = list(jobSchema, 'a list of jobs');
