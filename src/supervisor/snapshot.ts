import type { JobRole } from './settings.ts';
import type { JobStateName } from './job-life.ts';

/** ContainerPilot 3's words for how a job is. */
export type PublicStatus = 'unknown' | 'healthy' | 'unhealthy' | 'maintenance' | 'completed';

/** What the supervisor does at the moment. */
export type Phase = 'starting' | 'running' | 'stopping' | 'stopped';

/** How all of it stands at one moment: plain data, without a secret in it. */
export interface SupervisorSnapshot {
  readonly phase: Phase;
  /** When a start or a stop has come further at the latest, in milliseconds since the epoch; absent where nobody set a limit. */
  readonly dueBy?: number;
  readonly maintenance: boolean;
  readonly role?: 'leader' | 'follower';
  readonly jobs: readonly JobSnapshot[];
  readonly services: readonly ServiceSnapshot[];
  readonly watches: readonly WatchSnapshot[];
}

/** How a job stands. */
export interface JobSnapshot {
  readonly name: string;
  readonly role: JobRole;
  readonly state: JobStateName;
  readonly status: PublicStatus;
  readonly hasCheck: boolean;
  readonly pid?: number;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly restarts: number;
  /** `ended with exit code 3`, `was ended by SIGKILL`. */
  readonly lastEnd?: string;
  readonly lastCheck?: { readonly status: string; readonly output: string; readonly at: number };
  /** Why it does not run, as a sentence. */
  readonly waitingFor?: string;
}

/** How an entry in the catalog stands. */
export interface ServiceSnapshot {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly status: PublicStatus;
  readonly registered: boolean;
}

/** How a watch stands. */
export interface WatchSnapshot {
  readonly name: string;
  readonly instances?: number;
  readonly status: 'healthy' | 'unhealthy' | 'unknown';
}
