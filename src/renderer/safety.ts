import type { TextFormat } from '../output/format/format.ts';
import type { CommandLine } from '../process/command-line.ts';

/**
 * What a target asks for beside its text: what must hold before the file is replaced, what must hold afterwards, and what
 * happens where it does not.
 */

/** What a file is checked with before it is put in place. */
export interface CheckRules {
  /** `{{ staged }}` in it stands for the path of the staged file. */
  readonly command: CommandLine;
  readonly timeoutMs: number;
}

/** What has to succeed after the reload: a command, a request that is answered with 2xx, or a connection. */
export type ProbeKind =
  | { readonly kind: 'command'; readonly command: CommandLine }
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'tcp'; readonly address: string };

/** How it is known that the program works with its new file. */
export interface ProbeRules {
  readonly probe: ProbeKind;
  /** From the end of the command; it is tried until then. */
  readonly withinMs: number;
}

/**
 * What happens where the command or the probe fails: `keep` leaves the new file and tries again, `rollback` puts the last good file
 * back and reloads again, `exit` ends the program.
 */
export type OnFailure = 'keep' | 'rollback' | 'exit';

/** What happens where somebody else changes the file. */
export type OnDrift = 'report' | 'restore' | 'ignore';

/** Of all hosts that name the same lock, so many reload at a time. */
export interface RollingRules {
  /** A key of the catalog's. */
  readonly lock: string;
  readonly limit: number;
  /** Waited for a random part of this before the lock is asked for. */
  readonly splayMs: number;
  /** While the catalog is away: wait for it, or go without. */
  readonly without: 'wait' | 'go';
}

/** Says of each query by its name (a service, or a key or prefix of keys); `*`: of all that are not named. */
export type ByName<Value> = ReadonlyMap<string, Value>;

/** What the data must be like for a file to be replaced. */
export interface GuardRules {
  /** Services or prefixes of keys that never have nothing. */
  readonly neverEmpty: readonly string[];
  /** The least number of instances. */
  readonly minInstances: ByName<number>;
  /** How much of what was there may go at once, from 0 to 100. */
  readonly maxRemovedPercent: ByName<number>;
  /** What is gone counts as there for so long. */
  readonly removeAfterMs: ByName<number>;
  /** So many changes of the file within a time; more wait. */
  readonly maxChanges?: { readonly count: number; readonly withinMs: number };
  /** An objection ends after so long, and the new data is taken. Absent: never. */
  readonly holdForMs?: number;
  /** Keys of the config that stand for all targets: what one of them names, this target need not ask for. */
  readonly shared?: ReadonlySet<string>;
}

/** What keeps a target safe; all of it may be absent. */
export interface SafetyRules {
  readonly format?: TextFormat;
  readonly check?: CheckRules;
  readonly probe?: ProbeRules;
  /** Absent: `keep`. */
  readonly onFailure?: OnFailure;
  /** All or nothing with the other targets of this name. */
  readonly fileGroup?: string;
  /** Absent: `report`. */
  readonly onDrift?: OnDrift;
  readonly rolling?: RollingRules;
  readonly guard?: GuardRules;
}
