import type { EventName } from '../core/events.ts';

/** A row for each fact, so that the compiler misses one that is new. */
const ALL: Readonly<Record<EventName, true>> = {
  'query:changed': true,
  'query:held': true,
  'query:suspected': true,
  'query:recovered': true,
  'target:rendered': true,
  'target:leftOut': true,
  'target:unchanged': true,
  'target:written': true,
  'target:failed': true,
  'target:held': true,
  'target:released': true,
  'target:rolledBack': true,
  'target:drifted': true,
  'guard:evaluated': true,
  'files:written': true,
  'renderer:ready': true,
  'command:started': true,
  'command:ended': true,
  'probe:ended': true,
  'supervisor:happened': true,
  'job:changed': true,
  'job:ended': true,
  'check:ended': true,
  'service:registered': true,
  'service:deregistered': true,
  'lock:changed': true,
  'signal:received': true,
  'config:reloaded': true,
  'config:adopted': true,
};

/** The names of all facts that the bus carries. */
export const EVENT_NAMES = Object.keys(ALL) as readonly EventName[];
