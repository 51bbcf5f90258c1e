/** What a field holds, and so how it is written in a file, behind a flag and in a variable. */
export type FieldKind =
  | 'text'
  | 'path'
  | 'flag'
  | 'integer'
  | 'fraction'
  | 'duration'
  | 'signal'
  | 'texts'
  | 'command'
  | 'level'
  | 'account'
  | 'permissions'
  | 'facility';

/** One field of consul-template's config: what the reader accepts, the flags and the environment say, and the reference page lists. */
export interface FieldRow {
  /** Where it stands: `consul.retry.attempts`. */
  readonly path: string;
  readonly kind: FieldKind;
  readonly description: string;
  /** As a user would write it. */
  readonly default?: string | number | boolean;
  /** Older names, as paths. */
  readonly aliases?: readonly string[];
  /** The flag that says the same, without dashes, and its other names. */
  readonly flag?: string;
  readonly flagAliases?: readonly string[];
  /** Variables that say the same, the first that is set counts. */
  readonly variables?: readonly string[];
  /** Taken, so that configs stay as they are, and without a meaning here: why. */
  readonly idle?: string;
  /** Never shown. */
  readonly secret?: true;
}

/** Rows below a section: `consul`, and what its keys are. */
export function section(name: string, rows: readonly FieldRow[]): FieldRow[] {
  return rows.map((row) => ({ ...row, path: `${name}.${row.path}` }));
}
