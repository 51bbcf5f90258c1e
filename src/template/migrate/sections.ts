import { readString } from '../gotemplate/literals.ts';
import type { Piece } from './pieces.ts';

/** The parts of one template of a file: without those of the templates that are defined within. */
export interface Section {
  readonly pieces: readonly SectionPiece[];
  /** Whether its definition trims what stands at its edges. */
  readonly trimsStart: boolean;
  readonly trimsEnd: boolean;
}

/** A part of a template; a `hole` is where another one was defined, of which nothing but its trim marks is left. */
export type SectionPiece = Omit<Piece, 'kind'> & { readonly kind: Piece['kind'] | 'hole' };

/** Sorts the parts of a file by the templates that they belong to; the file's own stand under `main`. */
export function sectionsOf(main: string, pieces: readonly Piece[]): ReadonlyMap<string, Section> {
  const sections = new Map<string, Section>();
  const rest = [...pieces];
  sections.set(main, {
    pieces: take(rest, sections, () => false),
    trimsStart: false,
    trimsEnd: false,
  });
  return sections;
}

/** Takes parts up to the `end` that nobody within has opened. */
function take(
  rest: Piece[],
  sections: Map<string, Section>,
  isEnd: (piece: Piece, depth: number) => boolean,
): SectionPiece[] {
  const taken: SectionPiece[] = [];
  let depth = 0;
  for (;;) {
    const piece = rest[0];
    if (piece === undefined || isEnd(piece, depth)) return taken;
    rest.shift();
    const word = piece.kind === 'action' ? /^[a-z]+/.exec(piece.text)?.[0] : undefined;
    if (word === 'define' || word === 'block') {
      taken.push(definition(word, piece, rest, sections));
      continue;
    }
    if (word === 'if' || word === 'with' || word === 'range') depth += 1;
    if (word === 'end') depth -= 1;
    taken.push(piece);
  }
}

function definition(
  word: 'define' | 'block',
  opening: Piece,
  rest: Piece[],
  sections: Map<string, Section>,
): SectionPiece {
  const isEnd = ({ kind, text }: Piece, depth: number): boolean =>
    kind === 'action' && depth === 0 && text === 'end';
  const pieces = take(rest, sections, isEnd);
  const end = rest.shift();
  const trims = { trimsStart: opening.trimsRight, trimsEnd: end?.trimsLeft ?? false };
  const name = nameIn(opening.text);
  const known = sections.get(name);
  const isEmpty = pieces.every(({ kind, text }) => kind === 'text' && text.trim() === '');
  if (known === undefined || !isEmpty) sections.set(name, { pieces, ...trims });
  return {
    ...opening,
    kind: word === 'define' ? 'hole' : 'action',
    trimsRight: end?.trimsRight ?? false,
  };
}

function nameIn(action: string): string {
  const literal = /"(?:[^"\\]|\\.)*"|`[^`]*`/.exec(action)?.[0] ?? '""';
  return literal.startsWith('`') ? literal.slice(1, -1) : readString(literal);
}
