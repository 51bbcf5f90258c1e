import type { Value } from '../values.ts';

/** What came of asking once. */
export interface Finding {
  readonly value: Value;
  /** When to ask again, in milliseconds. */
  readonly againMs: number;
}

/** One query as it is put to Vault, again and again. */
export interface Inquiry {
  /**
   * Asks, or renews what was given. Rejects with a VaultTrouble or an AutotmplError while it cannot be answered, or with the signal's
   * reason.
   */
  next(signal: AbortSignal): Promise<Finding>;
}
