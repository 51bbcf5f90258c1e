/** One flag: what the parser accepts, the help prints and the reference page lists. */
export interface FlagRow {
  /** Without dashes; one or two may stand before it. */
  readonly name: string;
  /** Other names for the same, older or shorter. */
  readonly aliases?: readonly string[];
  /** What its value is called; a flag without one is a boolean. */
  readonly value?: string;
  /** Given more than once, the values add up; otherwise the last one counts. */
  readonly repeatable?: boolean;
  /** An empty value is one. */
  readonly mayBeEmpty?: boolean;
  readonly description: string;
  readonly default?: string;
  /** Environment variables that say the same, where the flag is absent. */
  readonly variables?: readonly string[];
}

/** Flags that belong together. */
export interface FlagGroup {
  readonly title: string;
  readonly rows: readonly FlagRow[];
}
