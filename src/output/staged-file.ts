/** How a file came into place; `inPlace` was not atomic. */
export type Placement = 'renamed' | 'inPlace';

/** New text that waits beside its destination. Either `commit` or `discard` must be called. */
export interface StagedFile {
  /** Where the file will be: the destination, its symbolic link followed. What `syncFolders` wants to know. */
  readonly destination: string;
  /**
   * The file that holds the text now, complete, on the disk, with its mode and owner. Absent where the options say
   * `inPlace` and nobody needs it: the folder of such a file need not be writable, so the text waits in memory.
   */
  readonly path?: string;
  /** Puts the text in place. When it rejects, the old file is as it was and the staged one is gone. */
  commit(): Promise<Placement>;
  /** Drops the text. Does nothing after a commit. Never rejects. */
  discard(): Promise<void>;
}
