import * as v from 'valibot';
import { formatDuration } from '../core/duration.ts';
import {
  command,
  duration,
  flag,
  list,
  map,
  oneOf,
  path,
  permissions,
  positiveDuration,
  setting,
  signalAction,
  text,
} from './schema-words.ts';
import { CONTROL_SOCKET, ELECTION_DEFAULTS } from './supervisor-defaults.ts';

/** `hooks`. */
export const hooksSchema = map({
  preStart: setting(command, {
    description: 'Runs before anything else; where it fails, the program ends with its exit code.',
  }),
  preStop: setting(command, {
    description: 'Runs when the program is told to stop, before the main job is.',
  }),
  postStop: setting(command, { description: 'Runs after the main job ended, however it did.' }),
});

const JOB_OR_NONE = "a job's name, or false";
const jobOrNone = v.pipe(
  v.union([v.pipe(v.string(), v.minLength(1, JOB_OR_NONE)), v.literal(false)], JOB_OR_NONE),
  v.metadata({ kind: 'text or false' }),
);

/** `election`. */
export const electionSchema = map({
  key: v.pipe(text, v.metadata({ description: 'Required. The key whose lock the leader holds.' })),
  ttl: setting(positiveDuration, {
    description: 'A leader that is not heard of for so long loses the lock: `10s` at least.',
    default: formatDuration(ELECTION_DEFAULTS.ttlMs),
  }),
  lockDelay: setting(duration, {
    description: 'After a leader was lost, nobody gets the lock for so long.',
    default: formatDuration(ELECTION_DEFAULTS.lockDelayMs),
  }),
  health: setting(jobOrNone, {
    description:
      'The job whose health decides: while its check is critical we neither lead nor stand. `false`: none. Absent: the main job, or else the first with a `service`, where it has a `health`.',
  }),
});

const signalMeaning = (signal: string, meaning: string) =>
  setting(signalAction, {
    description: `What ${signal} does.`,
    ...(meaning !== '' && { default: meaning }),
  });

/** `signals`. What is not said, and has no default, is left to the system. */
export const signalsSchema = map({
  HUP: signalMeaning('HUP', 'reload'),
  USR1: signalMeaning('USR1', 'maintenance'),
  USR2: signalMeaning('USR2', 'event'),
  TERM: signalMeaning('TERM', 'stop'),
  INT: signalMeaning('INT', 'stop'),
  QUIT: signalMeaning('QUIT', 'stop'),
  WINCH: signalMeaning('WINCH', ''),
  CONT: signalMeaning('CONT', ''),
  TSTP: signalMeaning('TSTP', ''),
  TTIN: signalMeaning('TTIN', ''),
  TTOU: signalMeaning('TTOU', ''),
  ALRM: signalMeaning('ALRM', ''),
  ABRT: signalMeaning('ABRT', ''),
});

/** `control`. */
export const controlSchema = map({
  socket: setting(path, {
    description: 'Where commands such as `autotmpl status` ask.',
    default: CONTROL_SOCKET,
  }),
  mode: setting(permissions, { description: 'Permissions of the socket.', default: '0600' }),
});

const sensorSchema = map({
  namespace: setting(text, { description: 'First part of its name.' }),
  subsystem: setting(text, { description: 'Second part of its name.' }),
  name: v.pipe(text, v.metadata({ description: 'Required. Last part of its name.' })),
  help: setting(text, { description: 'What it measures.' }),
  type: v.pipe(
    oneOf(['counter', 'gauge', 'histogram', 'summary']),
    v.metadata({ description: 'Required. What is done with its values.' }),
  ),
  exec: setting(command, {
    description: 'Prints the value. Without one, `autotmpl putmetric` sets it.',
  }),
  interval: setting(positiveDuration, {
    description: 'With `exec`, and required there: how often it runs.',
  }),
  timeout: setting(positiveDuration, {
    description: 'With `exec`: a run that takes longer is killed. Default: the interval.',
  }),
});

const LISTEN_FORM = 'host:port, such as "127.0.0.1:9090"';

/** `telemetry`. Nothing is served where the key is absent. */
export const telemetrySchema = map({
  listen: setting(
    v.pipe(
      v.string(LISTEN_FORM),
      v.regex(/^(?:\[[\da-fA-F:.]+\]|[^\s:[\]]*):\d{1,5}$/, LISTEN_FORM),
      v.metadata({ kind: 'host:port' }),
    ),
    {
      description: 'Where `/metrics`, `/status`, `/healthz` and `/readyz` are served.',
      default: '127.0.0.1:9090',
    },
  ),
  register: setting(flag, {
    description: 'It is registered in the catalog, as the service `autotmpl`.',
    default: false,
  }),
  sensors: setting(list(sensorSchema, 'a list of sensors'), {
    description: 'Metrics of your own.',
  }),
});
