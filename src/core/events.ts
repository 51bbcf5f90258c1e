/**
 * Every fact that is announced, with its payload. Names are `noun:fact`. Facts are for those who look on
 * (log, metrics, status); whoever must be waited for is called, never told by an event.
 */
export interface EventMap {
  /** The catalog gave a new value. */
  'query:changed': { readonly query: string };
  /** The catalog stopped answering this query; the last good value, if there is one, is kept. */
  'query:held': { readonly query: string; readonly reason: string };
  /** The catalog's answer to this query is not believed; the last good value is kept. */
  'query:suspected': { readonly query: string; readonly reason: string };
  /** The catalog answers this query again. */
  'query:recovered': { readonly query: string };
  /** A template ran, whether or not everything it needs was there. */
  'target:rendered': { readonly target: string; readonly missing: number };
  /** A text is complete, and does without so many things of the catalog's answers, since they are not usable. */
  'target:leftOut': { readonly target: string; readonly count: number };
  /** The text equals the file. */
  'target:unchanged': { readonly target: string };
  /** The file was replaced. */
  'target:written': { readonly target: string; readonly bytes: number; readonly reason: string };
  /** The template failed, or the file could not be written; the old file is in place. `absent`: it failed for want of what the catalog does not have. */
  'target:failed': { readonly target: string; readonly reason: string; readonly absent?: boolean };
  /** Something kept the file from being replaced, and the old one is in place: a guard, a check, a group, or that it was rolled back. `by` says what, `reason` what it saw, `guards` which of them object now and did not before. */
  'target:held': {
    readonly target: string;
    readonly by: 'guard' | 'check' | 'group' | 'rollback';
    readonly guards?: readonly string[];
    readonly reason: string;
  };
  /** Nothing holds the file any more: the data came back, the time was up, or an operator said so. */
  'target:released': {
    readonly target: string;
    readonly by: 'data' | 'time' | 'operator';
  };
  /** The last good file was put back, since what follows a change failed. */
  'target:rolledBack': { readonly target: string; readonly reason: string };
  /** Somebody else changed or deleted the file; `restored`: it was put back. */
  'target:drifted': { readonly target: string; readonly restored: boolean };
  /** A guard looked at data, and let it pass or not. */
  'guard:evaluated': {
    readonly target: string;
    readonly guard: string;
    readonly passed: boolean;
  };
  /** Files of one batch were replaced, and all of them are in place: the targets whose they are. */
  'files:written': { readonly targets: readonly string[] };
  /** Every file of a config has been as it should be. */
  'renderer:ready': { readonly targets: number };
  /** A command starts, because these files changed. */
  'command:started': { readonly command: string; readonly targets: readonly string[] };
  /** A command ended, in whatever way. */
  'command:ended': {
    readonly command: string;
    readonly ok: boolean;
    readonly durationMs: number;
    readonly targets: readonly string[];
  };
  /** What a command reloaded was looked at, until it worked or its time was over. */
  'probe:ended': {
    readonly command: string;
    readonly ok: boolean;
    readonly targets: readonly string[];
  };
  /** Something happened that jobs may wait for: a code of ContainerPilot 3's, or one of ours, and whose it is. */
  'supervisor:happened': { readonly code: string; readonly source: string };
  /** A job went over to another state. */
  'job:changed': { readonly job: string; readonly state: string; readonly pid?: number };
  /** A job's process ended: with a code, by a signal, or it never started (neither). */
  'job:ended': { readonly job: string; readonly exitCode?: number; readonly signal?: string };
  /** A check ended, whatever it found. */
  'check:ended': {
    readonly job: string;
    readonly status: 'passing' | 'warning' | 'critical';
    readonly durationMs: number;
    readonly timedOut: boolean;
  };
  /** The catalog has an entry of ours: for the first time, again, or as it should be. */
  'service:registered': { readonly id: string; readonly name: string };
  /** An entry of ours left the catalog. */
  'service:deregistered': { readonly id: string; readonly name: string };
  /** A lock became ours, or was lost. */
  'lock:changed': { readonly key: string; readonly held: boolean };
  /** A signal came to us. */
  'signal:received': { readonly signal: string; readonly action: string };
  /** A new config was taken, or refused. */
  'config:reloaded': { readonly ok: boolean; readonly reason?: string };
  /** Settings are in force from now on: the first, or those of a reload. */
  'config:adopted': { readonly targets: number };
}

/** The name of a fact. */
export type EventName = keyof EventMap;
