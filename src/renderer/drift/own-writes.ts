import type { Target } from '../target.ts';

/**
 * What this program puts in place itself, so that nobody takes it for the work of others. Whoever replaces files of targets does it
 * in a turn, and says before its end what they hold.
 */
export interface OwnWrites {
  /** Replaces files, when nobody else of us does. Passes on what the work returns or throws. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  /** The target's file holds this text now. `secrets` are what must not be shown of it. */
  note(target: Target, text: string, secrets: ReadonlySet<string>): void;
}
