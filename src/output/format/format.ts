/** Structures that a text can be checked for without a command. */
export type TextFormat = 'json' | 'yaml' | 'toml' | 'ini' | 'xml' | 'nginx';

/** The first thing that is wrong with a text. `what` quotes nothing of it, so that it may be said of a secret one, too. */
export interface Complaint {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly what: string;
}

/** Looks for what a parser would stumble over; undefined where that is nothing. Never throws. */
export type FindFault = (text: string) => Complaint | undefined;

/** A complaint of what stands at an offset of a text. */
export function complainAt(text: string, offset: number, what: string): Complaint {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1, what };
}

/** For what nobody writes by hand, and no recursive parser survives. */
export const NESTED_TOO_DEEPLY = 'it is nested too deeply';
