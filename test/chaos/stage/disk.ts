import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const SIZE = '512k';
const BALLAST = 'ballast';

/** The folder that the files are written to: a small file system of its own. */
export class Disk {
  readonly folder: string;
  #isWritable = true;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    mount('-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder);
  }

  /** Whether there is room, and leave to use it. */
  get isWritable(): boolean {
    return this.#isWritable;
  }

  /** Leaves no room. */
  fill(): void {
    this.#isWritable = false;
    const ballast = openSync(join(this.folder, BALLAST), 'w');
    for (const size of [65_536, 4096]) {
      const block = Buffer.alloc(size);
      try {
        for (;;) writeSync(ballast, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
    closeSync(ballast);
  }

  empty(): void {
    rmSync(join(this.folder, BALLAST));
    this.#isWritable = true;
  }

  /** Nobody may write, root neither; or may again. */
  allow(writing: 'ro' | 'rw'): void {
    mount('-o', `remount,bind,${writing}`, this.folder);
    this.#isWritable = writing === 'rw';
  }

  /** Takes it away, with what is on it. */
  remove(): void {
    execFileSync('umount', ['--lazy', this.folder]);
  }

  names(): string[] {
    return readdirSync(this.folder).sort();
  }
}

function mount(...words: string[]): void {
  execFileSync('mount', words, { stdio: ['ignore', 'pipe', 'pipe'] });
}
