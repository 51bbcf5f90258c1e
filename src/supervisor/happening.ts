/** What may happen, by ContainerPilot 3's names, and ours after them. */
export type EventCode =
  | 'exitSuccess'
  | 'exitFailed'
  | 'stopping'
  | 'stopped'
  | 'healthy'
  | 'unhealthy'
  | 'changed'
  | 'enterMaintenance'
  | 'exitMaintenance'
  | 'startup'
  | 'shutdown'
  | 'SIGHUP'
  | 'SIGUSR2'
  | 'started'
  | 'timedOut'
  | 'ready'
  | 'leader'
  | 'follower'
  | 'lost';

/** Signals that may be events. */
export type EventSignal = Extract<EventCode, 'SIGHUP' | 'SIGUSR2'>;

/** Something happened: sources are a job's name, `watch.<name>`, `renderer`, `election`, a signal's name, and `global` for the program. */
export interface Happening {
  readonly code: EventCode;
  readonly source: string;
}
