import { quoted } from './literals.ts';
import type { SectionPiece } from './sections.ts';

/** Writes what a template becomes: its text as it stands, and for each action the tags that take its place. */
export class TagWriter {
  readonly #pieces: readonly SectionPiece[];
  #at = 0;
  #written = '';

  constructor(pieces: readonly SectionPiece[]) {
    this.#pieces = pieces;
  }

  /** What stands in the next action, without writing anything. */
  peek(): string {
    return this.#pieces.slice(this.#at).find(({ kind }) => kind === 'action')?.text ?? '';
  }

  /** Writes the text before the next action, and then these tags in its place. A tag is written with its marks: `{% else %}`. */
  replace(...tags: readonly string[]): void {
    this.#text();
    const piece = this.#pieces[this.#at];
    this.#at += 1;
    if (piece === undefined || tags.length === 0) return;
    const first = piece.trimsLeft ? trimmedLeft(tags[0] ?? '') : (tags[0] ?? '');
    const all = [first, ...tags.slice(1)];
    const last = all.pop() ?? '';
    this.#add([...all, piece.trimsRight ? trimmedRight(last) : last].join(''));
  }

  /** Writes the text that is left; returns all that was written. */
  finish(): string {
    this.#text();
    return this.#written;
  }

  #text(): void {
    for (;;) {
      const piece = this.#pieces[this.#at];
      if (piece === undefined || piece.kind === 'action') return;
      this.#at += 1;
      if (piece.kind === 'text') this.#written += escaped(piece.text);
      else this.#add(comment(piece));
    }
  }

  #add(tags: string): void {
    // A brace before a tag would make another tag of the two.
    if (tags !== '' && this.#written.endsWith('{')) {
      this.#written = `${this.#written.slice(0, -1)}{{ "{" }}`;
    }
    this.#written += tags;
  }
}

/** Text in which nothing begins a tag, or ends a comment. */
function escaped(text: string): string {
  return text.replace(/\{(?:\{|%|#)|#\}/g, (mark) => `{{ ${quoted(mark)} }}`);
}

function comment({ kind, text, trimsLeft, trimsRight }: SectionPiece): string {
  const isKept = kind === 'comment' && !text.includes('#}');
  if (!isKept && !trimsLeft && !trimsRight) return '';
  // What is trimmed is trimmed by a tag that prints nothing: a comment of Nunjucks trims nothing.
  const edge = (trims: boolean, tag: string): string => (trims ? tag : '');
  const inside = isKept ? `{#${text}#}` : '';
  return `${edge(trimsLeft, '{{- "" }}')}${inside}${edge(trimsRight, '{{ "" -}}')}`;
}

function trimmedLeft(tag: string): string {
  return tag.replace(/^(\{[{%])/, '$1-');
}

function trimmedRight(tag: string): string {
  return tag.replace(/([%}]\})$/, '-$1');
}
