import type { CatalogTraffic } from '../catalog/catalog.ts';

/**
 * What control may look at, and what it may ask for. The supervisor's half has the shape of the supervisor's own methods: control
 * knows neither it nor the renderer, and the daemon gives what it has. Nothing in here may hold a secret: all of it is shown.
 */
export interface Controlled {
  /** Whether all that the settings ask for is there: before, what is undefined below may only not be there yet. */
  isAssembled(): boolean;
  /** What is supervised; undefined where nothing is. Asked anew each time: a reload may change it. */
  supervised(): Supervised | undefined;
  /** The files that are kept true; undefined where there are no templates. */
  files(): FilesSnapshot | undefined;
  /** The commands of files that have not ended well so far. */
  commands(): readonly CommandStatus[];
  /** How many facts of the catalog are watched, and how they stand. */
  queries(): QueryCounts;
  /** How the catalog's server is asked; undefined where it keeps no connections, or nothing is watched. */
  connections(): CatalogTraffic | undefined;
  /** Has a file that guards hold take what they refused, and one that its check or a rollback holds try again; `target` is its label or its destination. Undefined: there are no templates. */
  release(target: string): ReleaseResult | undefined;
  /** Reads everything anew; resolves when it is decided. `by` says in the log who asked. Never rejects. */
  reload(by: string): Promise<ReloadResult>;
}

/** What became of a reload; `reason` is for people. */
export type ReloadResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What became of a release. */
export type ReleaseResult =
  | { readonly outcome: 'released' | 'triedAgain'; readonly label: string }
  | { readonly outcome: 'notHeld'; readonly target: TargetStatus }
  | { readonly outcome: 'unknown' };

/** A supervisor, as far as control is concerned. */
export interface Supervised {
  snapshot(): SupervisedSnapshot;
  setMaintenance(on: boolean): void;
  /** Changes what later children find in their environment; `null` takes a variable away. */
  putEnvironment(values: Readonly<Record<string, string | null>>): void;
  /** Signals a job's group; returns whether there was anybody. */
  signalJob(name: string, signal: NodeJS.Signals): boolean;
  startJob(name: string): Promise<void>;
  /** Resolves when it is down. */
  stopJob(name: string): Promise<void>;
  restartJob(name: string): Promise<void>;
}

/** How the supervisor stands at one moment. */
export interface SupervisedSnapshot {
  readonly phase: 'starting' | 'running' | 'stopping' | 'stopped';
  /** When a start or a stop has come further at the latest, in milliseconds since the epoch; absent where nobody set a limit. */
  readonly dueBy?: number;
  readonly maintenance: boolean;
  readonly role?: 'leader' | 'follower';
  readonly jobs: readonly JobStatus[];
  readonly services: readonly ServiceStatus[];
  readonly watches: readonly WatchStatus[];
}

/** ContainerPilot 3's words for how something is. */
export type PublicStatus = 'unknown' | 'healthy' | 'unhealthy' | 'maintenance' | 'completed';

/** How a job stands. */
export interface JobStatus {
  readonly name: string;
  readonly role: string;
  /** Where it is in its life: `waiting`, `running`, `done`, …. */
  readonly state: string;
  readonly status: PublicStatus;
  /** Whether its health is checked; without a check it is well while it runs. */
  readonly hasCheck: boolean;
  readonly pid?: number;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly restarts: number;
  /** How its last process ended, as words. */
  readonly lastEnd?: string;
  readonly lastCheck?: { readonly status: string; readonly output: string; readonly at: number };
  /** Why it does not run, as a sentence. */
  readonly waitingFor?: string;
}

/** How an entry in the catalog stands. */
export interface ServiceStatus {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly status: PublicStatus;
  readonly registered: boolean;
}

/** How a watch stands. */
export interface WatchStatus {
  readonly name: string;
  readonly instances?: number;
  readonly status: 'healthy' | 'unhealthy' | 'unknown';
}

/** How the files stand. */
export interface FilesSnapshot {
  /** Whether every file has been as it should be. */
  readonly ready: boolean;
  readonly targets: readonly TargetStatus[];
}

/** How one file stands. */
export interface TargetStatus {
  /** What people know it by: its source and destination. */
  readonly label: string;
  /** `waiting`: something that it needs was not answered. `current`: the file is as it should be. `held`: its new text was not put in place. */
  readonly state: 'waiting' | 'current' | 'failing' | 'held';
  /** What is missing, why it fails, or what the one that holds it saw. */
  readonly reason?: string;
  /** Since when somebody else's change of the file stands, in milliseconds since the epoch. */
  readonly driftedSince?: number;
  /** It is made of answers from before, the oldest of this time (milliseconds since the epoch), until the catalog answers. */
  readonly keptFrom?: number;
  /** What holds it; absent where nothing does. */
  readonly heldBy?: 'guard' | 'check' | 'group' | 'rollback';
  /** Since when guards hold it, in milliseconds since the epoch; absent where none does. */
  readonly heldSince?: number;
  /** Its guards; absent where it has none. */
  readonly guards?: readonly GuardStatus[];
}

/** How a guard of a file stands. One that never looked guards nothing. */
export interface GuardStatus {
  readonly guard: string;
  readonly evaluated: number;
  readonly objections: number;
  /** Milliseconds since the epoch. */
  readonly lastObjection?: number;
}

/** How the command of a file stands. */
export interface CommandStatus {
  /** As the config has it. */
  readonly command: string;
  /** `waiting`: for its turn among the hosts. `owed`: it failed, or the probe after it did, and the files are newer than what runs. */
  readonly state: 'running' | 'queued' | 'waiting' | 'owed';
  /** The files that it is for. */
  readonly targets: readonly string[];
  /** Why it is owed, or what it waits for. */
  readonly reason?: string;
}

/** Queries by the state of their last answer. */
export interface QueryCounts {
  /** Answered, and followed. */
  readonly fresh: number;
  /** The catalog is in trouble; the last good answer is kept. */
  readonly held: number;
  /** The catalog answers, but the answer is not believed; the last good one is kept, where there is one. */
  readonly suspect: number;
  /** Never answered so far. */
  readonly unanswered: number;
}
