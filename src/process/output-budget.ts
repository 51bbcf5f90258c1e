import { LineCutter } from './lines.ts';

/** Where a line was printed. */
export type OutputStream = 'stdout' | 'stderr';

/** What one run may hand on; the rest is counted. */
const MOST_LINES = 500;
const MOST_BYTES = 256 * 1024;
/** Lines that are kept for the error message, of both streams together. */
const TAIL_LINES = 20;

/**
 * Hands on the output of one run line by line, until it is enough for anybody's log; from then on lines are only counted, and
 * the last ones kept. Whatever comes is taken: a program never waits for us to read.
 */
export class OutputBudget {
  readonly #onLine: (stream: OutputStream, line: string) => void;
  readonly #cutters: Readonly<Record<OutputStream, LineCutter>>;
  /** A ring: the oldest place is `#seen % TAIL_LINES`. */
  readonly #tail: (Buffer | string)[] = [];
  #seen = 0;
  #passedLines = 0;
  #passedBytes = 0;
  #closed = false;

  constructor(onLine: (stream: OutputStream, line: string) => void) {
    this.#onLine = onLine;
    this.#cutters = {
      stdout: new LineCutter((bytes) => this.#take('stdout', bytes)),
      stderr: new LineCutter((bytes) => this.#take('stderr', bytes)),
    };
  }

  /** Takes bytes that the run printed. */
  push(stream: OutputStream, chunk: Buffer): void {
    if (this.#closed) return;
    this.#cutters[stream].push(chunk);
    this.#detachTail();
  }

  /** No line is handed on after this; unfinished ones are first. */
  close(): void {
    if (this.#closed) return;
    this.#cutters.stdout.end();
    this.#cutters.stderr.end();
    this.#detachTail();
    this.#closed = true;
  }

  /** The last lines, the newest last. */
  get tail(): string[] {
    const oldest = this.#seen > TAIL_LINES ? this.#seen % TAIL_LINES : 0;
    return [...this.#tail.slice(oldest), ...this.#tail.slice(0, oldest)].map(String);
  }

  /** How many lines were not handed on. */
  get droppedLines(): number {
    return this.#seen - this.#passedLines;
  }

  #take(stream: OutputStream, bytes: Buffer): void {
    this.#tail[this.#seen % TAIL_LINES] = bytes;
    this.#seen += 1;
    if (this.#passedLines >= MOST_LINES || this.#passedBytes + bytes.length > MOST_BYTES) {
      // A shorter line must not slip through after a longer one was dropped: the log would have holes.
      this.#passedBytes = MOST_BYTES + 1;
      return;
    }
    this.#passedLines += 1;
    this.#passedBytes += bytes.length;
    this.#onLine(stream, bytes.toString());
  }

  /** Lines are decoded when their chunk has passed: of a flood, twenty a chunk and not each. */
  #detachTail(): void {
    for (const [at, line] of this.#tail.entries()) {
      if (typeof line !== 'string') this.#tail[at] = line.toString();
    }
  }
}
