/**
 * Every fact that is announced, with its payload. Names are `noun:fact`. Facts are for those who look on
 * (log, metrics, status); whoever must be waited for is called, never told by an event.
 */
export interface EventMap {
  /** The catalog gave a new value. */
  'query:changed': { readonly query: string };
  /** The catalog stopped answering this query; the last good value, if there is one, is kept. */
  'query:held': { readonly query: string; readonly reason: string };
  /** The catalog answers this query again. */
  'query:recovered': { readonly query: string };
  /** A template ran, whether or not everything it needs was there. */
  'target:rendered': { readonly target: string; readonly missing: number };
  /** The text equals the file. */
  'target:unchanged': { readonly target: string };
  /** The file was replaced. */
  'target:written': { readonly target: string; readonly bytes: number; readonly reason: string };
  /** The template failed, or the file could not be written; the old file is in place. */
  'target:failed': { readonly target: string; readonly reason: string };
  /** A command ended, in whatever way. */
  'command:ended': {
    readonly command: string;
    readonly ok: boolean;
    readonly durationMs: number;
    readonly targets: readonly string[];
  };
}

/** The name of a fact. */
export type EventName = keyof EventMap;
