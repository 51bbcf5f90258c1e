import type { Position } from '../engine.ts';

/** Longer pieces of a template are cut in messages. */
const LONGEST_EXCERPT = 60;

/** The text of a template, and where in it an offset lies. Offsets count UTF-16 units; a column counts characters. */
export class SourceText {
  readonly name: string;
  readonly text: string;
  #lineStarts: readonly number[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  /** Line and column of an offset, each starting at 1. */
  positionAt(offset: number): Position {
    const starts = (this.#lineStarts ??= lineStartsOf(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const column = [...this.text.slice(starts[low], offset)].length + 1;
    return { template: this.name, line: low + 1, column };
  }

  /** A piece of the text for a message: on one line, and not too long. */
  excerpt(start: number, end: number): string {
    const piece = this.text.slice(start, end).replace(/\s+/g, ' ').trim();
    return piece.length <= LONGEST_EXCERPT ? piece : `${piece.slice(0, LONGEST_EXCERPT)}…`;
  }
}

function lineStartsOf(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}
