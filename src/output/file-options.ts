/** How a file is put in place. */
export interface FileOptions {
  /** Permission bits (`0o644`). Absent: those of the file that is there, else 0644. */
  readonly mode?: number;
  /** Owner, by name or number. Absent: the owner of the file that is there. */
  readonly user?: string;
  /** Group, by name or number. Absent: the group of the file that is there. */
  readonly group?: string;
  /** Missing folders above it are made (0755). */
  readonly createDirs: boolean;
  /** The old file stays beside it as `<name>.bak`. */
  readonly backup: boolean;
  /** What to do when the destination is a symbolic link. */
  readonly symlink: 'refuse' | 'follow';
  /**
   * `rename` is atomic. `inPlace` is not, and is only for a file that cannot be renamed over (a bind-mounted one).
   * `auto` renames, and writes in place only where the system says EBUSY.
   */
  readonly write: 'rename' | 'inPlace' | 'auto';
}
