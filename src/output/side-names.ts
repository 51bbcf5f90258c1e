import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** A file name may have 255 bytes; a longer base than this leaves too little room for what we add. */
const LONGEST_BASE_BYTES = 200;

/** A path for a file that is made beside the destination and renamed over it: `.<name>.autotmpl-<pid>-<random>`. */
export function temporaryPath(destination: string): string {
  const name = `${temporaryPrefix(destination)}${process.pid}-${randomDigits()}`;
  return join(dirname(destination), name);
}

/** No secret: that the file is opened exclusively is what keeps others out, and this need not wait for Node's crypto to load. */
function randomDigits(): string {
  return Math.floor(Math.random() * 16 ** 12)
    .toString(16)
    .padStart(12, '0');
}

/** What every temporary file name of this destination starts with. */
export function temporaryPrefix(destination: string): string {
  return `.${shortBase(destination)}.autotmpl-`;
}

/** Takes a temporary file name apart; undefined for a name that is none of ours. */
export function parseTemporaryName(
  name: string,
): { readonly prefix: string; readonly pid: number } | undefined {
  const parts = /^(\..+\.autotmpl-)(\d{1,10})-[0-9a-f]{12}$/s.exec(name);
  if (parts?.[1] === undefined) return undefined;
  return { prefix: parts[1], pid: Number(parts[2]) };
}

/** The path of the marker that says that a command is owed for this destination. */
export function owedPath(destination: string): string {
  return join(dirname(destination), `.${shortBase(destination)}.autotmpl-owed`);
}

/** Where the last file is kept that what runs took well. */
export function goodPath(destination: string): string {
  return join(dirname(destination), `.${shortBase(destination)}.autotmpl-good`);
}

/** The path of the note that says which text was rolled back, and why. */
export function rejectedPath(destination: string): string {
  return join(dirname(destination), `.${shortBase(destination)}.autotmpl-rejected`);
}

/** Where it is written which files are being replaced together with this one, the first of them. */
export function journalPath(destination: string): string {
  return join(dirname(destination), `.${shortBase(destination)}.autotmpl-journal`);
}

/** Where the file that was replaced is kept. */
export function backupPath(destination: string): string {
  return `${destination}.bak`;
}

function shortBase(destination: string): string {
  const name = basename(destination);
  if (Buffer.byteLength(name) <= LONGEST_BASE_BYTES) return name;
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}
