/** A service's health, in Consul's words. */
export type HealthStatus = 'passing' | 'warning' | 'critical';

/** What a check found. */
export interface HealthReport {
  readonly status: HealthStatus;
  /** For people who look at the catalog: what the check printed, or why there is nothing. Without control characters, and bounded. */
  readonly output: string;
}

/** One instance of a service, as the catalog should hold it. */
export interface ServiceEntry {
  /** Stays the same over restarts: by it an entry of an earlier life is recognised and corrected. */
  readonly id: string;
  readonly name: string;
  /** Empty: the catalog's own node address. */
  readonly address: string;
  readonly port: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  /** Others may change the tags in the catalog. */
  readonly enableTagOverride: boolean;
  readonly check: ServiceCheck;
}

/** The one check of an entry: it fails by itself where nobody reports for `ttlMs`. */
export interface ServiceCheck {
  readonly id: string;
  readonly name: string;
  readonly notes: string;
  readonly ttlMs: number;
  /** The catalog removes the entry itself after it was critical for so long. */
  readonly deregisterAfterMs?: number;
}

/** What had to be done so that the catalog says what it should. */
export type Kept = 'kept' | 'registered' | 'corrected';

/**
 * Keeps our own entries in a catalog. Every call is one attempt with a deadline of its own: who calls at an interval needs
 * no retries inside. All reject with an AutotmplError (`catalog`) that says what the catalog answered, or with the
 * signal's reason.
 */
export interface Registrar {
  /**
   * Makes the catalog hold exactly this entry with this health: registers it where it is unknown (`registered`: the first
   * time, or an agent that lost its state), corrects it where it differs (`corrected`: another address of an earlier life, …),
   * and reports the health. In one go: an entry is never visible with a health that it does not have.
   */
  keep(entry: ServiceEntry, report: HealthReport, signal: AbortSignal): Promise<Kept>;
  /** Removes an entry; one that is not there is removed already. */
  deregister(id: string, signal: AbortSignal): Promise<void>;
  /** The entries that our agent holds, by id, with their meta: what a sweep of stale ones looks at. */
  entries(signal: AbortSignal): Promise<readonly Pick<ServiceEntry, 'id' | 'name' | 'meta'>[]>;
  /** Gives back its connections. */
  close(): void;
}
