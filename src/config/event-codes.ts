import type { EventCode } from '../supervisor/happening.ts';

/** ContainerPilot 3's names of what may happen. */
export const CONTAINERPILOT_CODES: readonly EventCode[] = [
  ...(['exitSuccess', 'exitFailed', 'stopping', 'stopped', 'healthy', 'unhealthy'] as const),
  ...(['changed', 'enterMaintenance', 'exitMaintenance', 'startup', 'shutdown'] as const),
  ...(['SIGHUP', 'SIGUSR2'] as const),
];

/** All names, ours after ContainerPilot's. */
export const EVENT_CODES: readonly EventCode[] = [
  ...CONTAINERPILOT_CODES,
  ...(['started', 'timedOut', 'ready', 'leader', 'follower', 'lost'] as const),
];

/** What happens to the program as a whole; its source is `global`. */
export const GLOBAL_CODES: readonly EventCode[] = [
  'startup',
  'shutdown',
  'enterMaintenance',
  'exitMaintenance',
];

/** The signals that jobs may wait for; each is a source and its own code. */
export const SIGNAL_SOURCES = ['SIGHUP', 'SIGUSR2'] as const;
