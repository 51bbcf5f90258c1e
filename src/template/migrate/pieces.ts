import { tokenize } from '../gotemplate/lexer.ts';
import type { Delimiters } from '../engine.ts';

/** A part of a template's source, as it was written: nothing is trimmed. */
export interface Piece {
  readonly kind: 'text' | 'comment' | 'action';
  /** Text: as it stands. Comment: what stands between its marks. Action: between its delimiters, without trim marks. */
  readonly text: string;
  readonly start: number;
  readonly trimsLeft: boolean;
  readonly trimsRight: boolean;
}

/** Cuts a Go template into its parts, in their order. The source must be one that parses. */
export function piecesOf(source: string, delimiters: Delimiters): readonly Piece[] {
  const pieces: Piece[] = [];
  let behind = 0;
  let open: number | undefined;
  for (const { kind, start } of tokenize(source, delimiters)) {
    if (kind === 'open') {
      pieces.push(...gap(source, behind, start, delimiters));
      open = start;
    } else if (kind === 'close' && open !== undefined) {
      behind = start + delimiters.right.length;
      pieces.push(action(source, open, behind, delimiters));
    }
  }
  pieces.push(...gap(source, behind, source.length, delimiters));
  return pieces;
}

function action(source: string, start: number, end: number, { left, right }: Delimiters): Piece {
  const inside = source.slice(start + left.length, end - right.length);
  const [trimsLeft, trimsRight] = [/^-\s/.test(inside), /\s-$/.test(inside)];
  const text = inside.slice(trimsLeft ? 1 : 0, trimsRight ? -1 : undefined).trim();
  return { kind: 'action', text, start, trimsLeft, trimsRight };
}

/** What stands between two actions: text, and comments, which are no tokens. */
function gap(source: string, from: number, to: number, delimiters: Delimiters): readonly Piece[] {
  const [left, right] = [quote(delimiters.left), quote(delimiters.right)];
  const comment = new RegExp(`${left}(-\\s+)?/\\*([^]*?)\\*/(\\s+-)?${right}`, 'g');
  const pieces: Piece[] = [];
  let at = from;
  const takeText = (end: number): void => {
    const text = source.slice(at, end);
    if (text === '') return;
    pieces.push({ kind: 'text', text, start: at, trimsLeft: false, trimsRight: false });
  };
  for (const match of source.slice(from, to).matchAll(comment)) {
    const start = from + match.index;
    takeText(start);
    pieces.push({
      ...{ kind: 'comment', text: match[2] ?? '', start },
      ...{ trimsLeft: match[1] !== undefined, trimsRight: match[3] !== undefined },
    });
    at = start + match[0].length;
  }
  takeText(to);
  return pieces;
}

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
