import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fixture } from '../fixtures.ts';

/** What a reader in a process of its own says of files that it reads all the time. */
export interface Seen {
  /** A text that is not the one before, and whole. */
  readonly onText: (path: string, text: string) => void;
  /** Something that is not whole, or is gone. */
  readonly onBroken: (path: string, what: string) => void;
}

/** Reads sealed files in a tight loop. */
export class FileReader {
  readonly #child: ChildProcess;
  readonly #over: Promise<unknown>;
  #reads = 0;

  constructor(paths: readonly string[], seen: Seen) {
    this.#child = spawn(process.execPath, [fixture('readers/read-sealed.mjs'), ...paths], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#over = once(this.#child, 'close');
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('a reader without an output');
    createInterface({ input: stdout }).on('line', (line) => {
      const fact = JSON.parse(line) as ReaderFact;
      this.#reads = fact.reads ?? this.#reads;
      if (fact.path === undefined) return;
      if (fact.text !== undefined) seen.onText(fact.path, fact.text);
      if (fact.broken !== undefined) seen.onBroken(fact.path, fact.broken);
    });
  }

  /** Ends it; returns how often it read a file. */
  async stop(): Promise<number> {
    this.#child.kill('SIGTERM');
    await this.#over;
    return this.#reads;
  }
}

interface ReaderFact {
  readonly path?: string;
  readonly text?: string;
  readonly broken?: string;
  readonly reads?: number;
}
