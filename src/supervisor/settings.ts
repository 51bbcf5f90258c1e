import type { Query } from '../catalog/query.ts';
import type { HealthStatus } from '../catalog/registrar.ts';
import type { CommandLine } from '../process/command-line.ts';
import type { InheritanceRules } from '../process/environment-rules.ts';
import type { EventCode } from './happening.ts';

/**
 * What the supervisor is told: every dialect of config is read into it, checked and with its defaults. ContainerPilot 3's
 * jobs and events are the model; hooks, tasks, coprocesses and the main command of ContainerPilot 2 and of our own config are
 * jobs too, told apart by their `role`.
 */
export interface SupervisorSettings {
  readonly jobs: readonly JobSettings[];
  readonly watches: readonly WatchSettings[];
  /** Services that have to be there before anything starts, preStart included. */
  readonly waitFor: readonly WaitForSettings[];
  readonly election?: ElectionSettings;
  readonly signals: SignalTable;
  /** From the request to stop to the last KILL, for all of it. Undefined: as long as its parts take (ContainerPilot 2: a preStop may take minutes). */
  readonly stopTimeoutMs: number | undefined;
  /** Whether the services leave the catalog before preStop and other `stopping` jobs run (our default, ContainerPilot 2), or after (3). */
  readonly stopOrder: 'deregisterFirst' | 'preStopFirst';
  /**
   * consul-template's exec mode. Commands of templates do not wait for the main job: those of the first rendering come before it. With
   * `-once` it starts when all of that is done. Absent: commands wait until it runs, since they reload it, and `-once` starts nothing.
   */
  readonly filesFirst?: boolean;
  /** Which names of variables children find: ours are always there, ContainerPilot's by its dialect. */
  readonly childVariables: 'autotmpl' | 'containerpilot2' | 'containerpilot3';
}

/** What a job is for; it decides when it is stopped and what its end means. */
export type JobRole =
  /** The host process: its end ends the program, with its code. At most one. */
  | 'main'
  | 'job'
  /** Hooks. A preStart that fails ends the program with its code; a postStop that fails replaces it. */
  | 'preStart'
  | 'preStop'
  | 'postStop'
  /** Runs beside the main process, and ends after it: a Consul agent, say. */
  | 'coprocess';

/** One process, or a service that is only advertised and checked. */
export interface JobSettings {
  /** Unique; the source of its events. */
  readonly name: string;
  /** Where the user wrote it: `app.json:3:5 jobs[0]`. */
  readonly place: string;
  readonly role: JobRole;
  /** Absent: nothing is run, it only advertises and checks. */
  readonly exec?: CommandLine;
  readonly when: JobStart;
  readonly restarts: RestartSettings;
  /** One run may take so long; then its group is killed. */
  readonly timeoutMs?: number;
  readonly stopSignal: NodeJS.Signals;
  /** From the stop signal to KILL; not above 0: KILL at once. */
  readonly stopTimeoutMs: number;
  /** How long the jobs that start when this one is `stopping` may take (ContainerPilot 3's `stopTimeout` of a job). Absent: as long as the whole stop may. */
  readonly stoppingTimeoutMs?: number;
  /** `name`, `name:group`, or numbers. */
  readonly user?: string;
  readonly cwd?: string;
  /** On top of the supervisor's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What it gets of that environment. Absent: all. */
  readonly inherits?: InheritanceRules;
  /** Who gets the signals that are sent to it while it runs. Absent: its whole group. */
  readonly signalled?: 'group' | 'alone';
  readonly logging: 'prefix' | 'raw' | 'json';
  readonly service?: ServiceSettings;
  readonly health?: HealthSettings;
  /** Whole data of the entry in the config, as JSON: jobs whose fingerprints are equal are not restarted by a reload. */
  readonly fingerprint: string;
}

/** When a job's process starts. */
export type JobStart =
  /** At once, with the program. */
  | { readonly kind: 'startup' }
  /** Again and again. `first`: ContainerPilot 3's jobs run at once, the tasks of 2 after one interval. */
  | { readonly kind: 'interval'; readonly intervalMs: number; readonly first: 'now' | 'later' }
  /** At an event; `timeoutMs`: a job that waited so long in vain never runs. */
  | {
      readonly kind: 'event';
      readonly source: string;
      readonly code: EventCode;
      readonly mode: 'once' | 'each';
      readonly timeoutMs?: number;
    };

/** How a process that ended is started again. There is always a delay. */
export interface RestartSettings {
  /** Infinity: without end. */
  readonly max: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly capMs: number;
  /** A process that ran so long starts counting anew. */
  readonly resetMs: number;
}

/** How a job is advertised. */
export interface ServiceSettings {
  /** A text, or a Nunjucks text over `role` (`leader`, `follower`) and `hostname`: a name that follows the election. */
  readonly name: string;
  /** Undefined: `<name>-<hostname>`, the name being the job's. */
  readonly id?: string;
  readonly port: number;
  /** ContainerPilot's interface specifications, in their order; not used where there is an `address`. */
  readonly interfaces: readonly string[];
  readonly address?: string;
  /** As `name`. */
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly ttlMs: number;
  readonly enableTagOverride: boolean;
  readonly deregisterAfterMs?: number;
  /** Registered with this status before the first check; undefined: registered by the first passing check. */
  readonly initialStatus?: HealthStatus;
  /** Between the de-registration and the stop signal. */
  readonly drainMs: number;
  /** The check's id in the catalog: ContainerPilot 2 uses the service's id, 3 puts `service:` before it (as Consul does). */
  readonly checkId: 'service' | 'service:';
}

/** What is checked, and how often. */
export interface HealthSettings {
  readonly probe: Probe;
  readonly intervalMs: number;
  /** Undefined: a check may take as long as it takes (ContainerPilot 2, whose users bootstrap clusters in one); the next waits for it. */
  readonly timeoutMs: number | undefined;
  /** An exit code that means `warning`. */
  readonly warningExitCode?: number;
  /** The first check: at once when the job's process runs, or after one interval (ContainerPilot). */
  readonly first: 'now' | 'later';
  readonly logging: 'prefix' | 'raw' | 'json';
}

/** One way to find out whether something is well. */
export type Probe =
  | { readonly kind: 'exec'; readonly command: CommandLine }
  /** 2xx and 3xx are well. */
  | { readonly kind: 'http'; readonly url: string }
  /** `host:port`, or a path of a unix socket. */
  | { readonly kind: 'tcp'; readonly address: string }
  /** The file exists. */
  | { readonly kind: 'file'; readonly path: string }
  /** Always well: a service of ContainerPilot 2 without a check. */
  | { readonly kind: 'none' };

/** Something that is watched. It announces `changed`. */
export type WatchSettings = CatalogWatchSettings | FilesWatchSettings;

interface AnyWatchSettings {
  /** The source of its events: `watch.<name>`. Unique. */
  readonly name: string;
  readonly place: string;
  readonly onChange?: ChangeSettings;
  readonly fingerprint: string;
}

/** Something in the catalog; for services it announces `healthy` and `unhealthy` too. */
export interface CatalogWatchSettings extends AnyWatchSettings {
  readonly query: Query;
  /** What of a service's instances counts as a change; ContainerPilot: number, address and port. */
  readonly compare: 'addresses' | 'everything';
}

/** What the renderer writes: files of one batch are one change. */
export interface FilesWatchSettings extends AnyWatchSettings {
  /** `any`, or the destinations that count, as the templates write them. */
  readonly files: 'any' | readonly string[];
}

/** What is done at a change: coalesced, never twice at a time, and again with a growing delay while it fails. */
export interface ChangeSettings {
  readonly action: ChangeAction;
  /** Actions of one group never run together. */
  readonly group?: string;
  readonly timeoutMs?: number;
  /** It waits for a random part of this before it acts, so that not all machines do it at the same moment. */
  readonly splayMs?: number;
}

/** The ways to react. */
export type ChangeAction =
  | { readonly kind: 'exec'; readonly command: CommandLine }
  /** Sent only to a job that has been healthy, or runs and has no check. */
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals; readonly job: string }
  | { readonly kind: 'restart'; readonly job: string }
  /** Renders the target of this source anew; the renderer does it. */
  | { readonly kind: 'render'; readonly source: string };

/** A service that has to have instances before anything starts. */
export interface WaitForSettings {
  readonly query: Query & { readonly kind: 'service' };
  readonly min: number;
  /** Undefined: for ever, with a line in the log now and then. */
  readonly timeoutMs?: number;
}

/** Who leads: by a lock in the catalog. */
export interface ElectionSettings {
  readonly key: string;
  readonly ttlMs: number;
  readonly lockDelayMs: number;
  /** The job whose check decides whether we may lead. Absent: nothing does. */
  readonly boundTo?: string;
}

/** Signals that have a meaning; KILL and STOP cannot be had, and CHLD is the system's own. */
export type HandledSignal =
  | 'SIGHUP'
  | 'SIGINT'
  | 'SIGQUIT'
  | 'SIGTERM'
  | 'SIGUSR1'
  | 'SIGUSR2'
  | 'SIGWINCH'
  | 'SIGCONT'
  | 'SIGTSTP'
  | 'SIGTTIN'
  | 'SIGTTOU'
  | 'SIGALRM'
  | 'SIGABRT';

/** What a signal does. */
export type SignalAction =
  | {
      readonly kind: 'reload' | 'maintenance' | 'event' | 'report' | 'ignore' | 'reopenLogs';
    }
  /** `as`: what the main process gets then, and not its own `stopSignal`. */
  | { readonly kind: 'stop'; readonly as?: NodeJS.Signals }
  /** Goes to the main process's group, as itself or as another. */
  | { readonly kind: 'forward'; readonly as?: NodeJS.Signals };

/** By signal; one that is absent is not listened to. */
export type SignalTable = Readonly<Partial<Record<NodeJS.Signals, SignalAction>>>;
