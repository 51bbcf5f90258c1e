/** Something of a config that our own cannot say, or not in the same way. */
export interface ConfigMigrationProblem {
  /** `file:line:column`, as far as it is known. */
  readonly place: string;
  /** A whole sentence: what is lost, and what to do. */
  readonly reason: string;
}
