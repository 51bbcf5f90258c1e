import {
  chmodSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { sealed } from '../sealed.ts';

/** The files that are kept true. */
export const FILES = ['nginx.conf', 'services.json'] as const;

/** In every file that a stranger has edited; no file that is true has it. */
const EDITED = 'edited by hand';
/** The mode that the files should have. */
const TRUE_MODE = 0o644;

/** Somebody else who changes the files: as careful as we are, so that no reader ever sees half of one, and nothing that they say of the catalog changes. */
export class Stranger {
  readonly #files: string;
  readonly #own: string;

  /** `files` is the folder of the files, `own` one of the stranger's on any file system. */
  constructor(files: string, own: string) {
    this.#files = files;
    this.#own = own;
  }

  /** Gives a file another body, as an editor does that saves under another name. */
  change(name: string, change: (body: string) => string): void {
    const path = join(this.#files, name);
    const text = sealed(readFileSync(path, 'utf8'), change);
    this.#replace(path, (away) => writeFileSync(away, text));
  }

  /** Adds a line to a file. */
  edit(name: string): void {
    const line = name.endsWith('.json') ? `"${EDITED}": true,` : `# ${EDITED}`;
    this.change(
      name,
      (body) => `${body}${line}
`,
    );
  }

  /** Puts a link in a file's place, to a copy of it elsewhere. */
  link(name: string): void {
    const path = join(this.#files, name);
    const copy = join(this.#own, `copy-of-${name}`);
    writeFileSync(`${copy}.new`, readFileSync(path));
    renameSync(`${copy}.new`, copy);
    this.#replace(path, (away) => symlinkSync(copy, away));
  }

  /** Makes the link in a file's place the file that it leads to, where it is still there. */
  unlink(name: string): void {
    const path = join(this.#files, name);
    if (!lstatSync(path).isSymbolicLink()) return;
    const text = readFileSync(path);
    this.#replace(path, (away) => writeFileSync(away, text));
  }

  /** Takes everybody else's leave to read a file. */
  chmod(name: string): void {
    chmodSync(join(this.#files, name), 0o600);
  }

  #replace(path: string, make: (away: string) => void): void {
    const away = join(this.#files, '.stranger');
    rmSync(away, { force: true });
    make(away);
    renameSync(away, path);
  }
}

/** What of a stranger's work is left on a file; undefined where there is nothing. */
export function traceOfStranger(path: string): string | undefined {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return 'is a link';
  if (readFileSync(path, 'utf8').includes(EDITED)) return 'is edited';
  const mode = stat.mode & 0o7777;
  return mode === TRUE_MODE ? undefined : `has mode ${mode.toString(8)}`;
}
