import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  lstatSync,
  openSync,
  renameSync,
  writeFile,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { lstat, open, rename } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A longer text is given to the file threads: to copy it takes long enough to be felt. */
const SHORT_BYTES = 64 * 1024;

type Soon<Value> = Value | Promise<Value>;

/** A file that is being written. */
export interface NewFile {
  writeFile(text: string | Buffer): Soon<void>;
  stat(): Soon<Stats>;
  chown(uid: number, gid: number): Soon<void>;
  chmod(mode: number): Soon<void>;
  /** Waits for the disk, and never on the main thread. */
  sync(): Promise<void>;
  close(): Soon<void>;
}

/** What the replacement of a file asks of the system. Each throws, or rejects, as Node's own does. */
export interface FileCalls {
  lstat(path: string): Soon<Stats>;
  open(path: string, flags: number, mode: number): Soon<NewFile>;
  rename(from: string, to: string): Soon<void>;
}

/** By Node's file threads: however long a file system takes, nothing else waits. */
export const patientCalls: FileCalls = {
  lstat: async (path) => lstat(path),
  open: async (path, flags, mode) => open(path, flags, mode),
  rename,
};

/** At once, but for what waits for the disk: on a local file system the way to a file thread and back takes several times as long as the call. */
export const promptCalls: FileCalls = {
  lstat: (path) => lstatSync(path),
  open: (path, flags, mode) => promptFile(openSync(path, flags, mode)),
  rename: renameSync,
};

function promptFile(descriptor: number): NewFile {
  return {
    writeFile: (text) =>
      text.length <= SHORT_BYTES
        ? writeFileSync(descriptor, text)
        : promisify(writeFile)(descriptor, text),
    stat: () => fstatSync(descriptor),
    chown: (uid, gid) => fchownSync(descriptor, uid, gid),
    chmod: (mode) => fchmodSync(descriptor, mode),
    sync: async () => promisify(fsync)(descriptor),
    close: () => closeSync(descriptor),
  };
}
