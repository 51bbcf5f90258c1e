/** A longer line is cut into pieces of this many bytes. */
const LONGEST_LINE_BYTES = 8192;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Cuts a stream of bytes into lines without their line ends. Takes any bytes: what is no UTF-8 becomes U+FFFD. Holds one
 * unfinished line at the most.
 */
export class LineCutter {
  readonly #take: (bytes: Buffer) => void;
  #unfinished: Buffer = Buffer.alloc(0);

  /** `take` is called with each line. The bytes are valid only during the call: they are part of a bigger chunk. */
  constructor(take: (bytes: Buffer) => void) {
    this.#take = take;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Buffer): void {
    const bytes = this.#unfinished.length === 0 ? chunk : Buffer.concat([this.#unfinished, chunk]);
    let start = 0;
    for (let at = this.#unfinished.length; at < bytes.length; at += 1) {
      if (bytes[at] === LINE_FEED) {
        this.#take(
          bytes.subarray(start, bytes[at - 1] === CARRIAGE_RETURN && at > start ? at - 1 : at),
        );
        start = at + 1;
      } else if (at - start >= LONGEST_LINE_BYTES) {
        const end = characterStart(bytes, at);
        this.#take(bytes.subarray(start, end));
        start = end;
      }
    }
    // A copy: a small rest would keep the whole chunk in memory.
    this.#unfinished = Buffer.from(bytes.subarray(start));
  }

  /** The stream has ended: what has no line end is a line, too. */
  end(): void {
    if (this.#unfinished.length > 0) this.#take(this.#unfinished);
    this.#unfinished = Buffer.alloc(0);
  }
}

/** The nearest place at or before `at` where no UTF-8 character is cut; `at` itself where the bytes are no UTF-8. */
function characterStart(bytes: Buffer, at: number): number {
  for (let back = 0; back < 4; back += 1) {
    if (((bytes[at - back] ?? 0) & 0xc0) !== 0x80) return at - back;
  }
  return at;
}
