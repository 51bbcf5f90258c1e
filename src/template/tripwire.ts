import type { Query, QueryKind } from '../catalog/query.ts';
import type { Value } from '../catalog/values.ts';
import {
  controlsOf,
  holdsControl,
  holdsControlOrMark,
  holdsMark,
  markText,
  unmarkText,
} from './control-marks.ts';
import type { View } from './engine.ts';
import { mapTexts, someText, textsOf } from './texts.ts';

/** Kinds of answers that anybody who may register can write into. Keys and values are written by operators. */
const WRITTEN_BY_ANYBODY: ReadonlySet<string> = new Set([
  'service',
  'connect',
  'services',
  'node',
  'nodes',
  'exportedServices',
  'importedServices',
  'peerings',
  'nomadService',
  'nomadServices',
]);

/** The least that decodes into a control character: a quantum of base64, or `"\n"` with its quotes. */
const SHORTEST_CODE = 4;

/** Names that anybody chose, as those of metadata, are as many as anybody likes. */
const MOST_NAMES = 1000;

/** An answer as a template may have it. */
interface MarkedAnswer<T> {
  readonly value: T;
  /** Whether there was something to mark. */
  readonly hostile: boolean;
}

/** Marks answers; each answer is searched once, however often it is rendered. */
export class AnswerMarks {
  readonly #known = new WeakMap<object, MarkedAnswer<object>>();
  readonly #names = new CleanNames();

  /** Whether an answer holds something to mark. */
  readonly isHostile: View = (answer) =>
    typeof answer === 'object' && answer !== null && this.mark(answer).hostile;

  /** The answer with its control characters marked; the same object where it has none. */
  mark<T extends object>(answer: T): MarkedAnswer<T> {
    let found = this.#known.get(answer);
    if (found === undefined) {
      const hostile = isHostile(answer, this.#names);
      found = { value: hostile ? (mapTexts(answer, markText) as object) : answer, hostile };
      this.#known.set(answer, found);
    }
    return found as MarkedAnswer<T>;
  }
}

/** The names of fields, which are the same in thousands of things: each is searched once. */
class CleanNames {
  readonly #known = new Set<string>();

  has(name: string): boolean {
    if (this.#known.has(name)) return true;
    if (holdsControlOrMark(name)) return false;
    if (this.#known.size < MOST_NAMES) this.#known.add(name);
    return true;
  }
}

/**
 * What a function gives: something made of its inputs alone, something safe to print whatever its inputs were,
 * something that it looked up and that has marks of its own, or its very inputs, which it keeps, groups or picks from without
 * looking into their texts.
 */
export type Outcome = 'derived' | 'quoted' | 'facts' | 'moved';

/**
 * The tripwire of one rendering: no control character of service or node data may be printed, unless a quoting filter
 * took it in.
 *
 * What a template is given carries marks in place of control characters ({@link learn}), so plain moving of text needs no
 * attention: a marked text can be cut, joined and kept, and {@link objectsTo} still knows it. Only a function that looks
 * at the characters themselves must see them as they are: {@link guard} hands them out and marks what comes back.
 */
export class Tripwire {
  readonly #marks: AnswerMarks | undefined;
  readonly #answers = new Set<object>();
  /** What was made of marked text and shows no mark any more: quoted, encoded. */
  readonly #disguised = new Set<string>();
  #met = false;
  /** Whether it was looked for in all answers where a text came from. */
  #hasSearched = false;

  /** Without `marks`, control characters may be printed. */
  constructor(marks: AnswerMarks | undefined) {
    this.#marks = marks;
  }

  /** The answer as the template may have it. */
  learn<V extends Value>(query: Query, answer: V): V {
    if (this.#marks === undefined || typeof answer !== 'object' || answer === null) return answer;
    if (!WRITTEN_BY_ANYBODY.has(query.kind) || this.#answers.has(answer)) return answer;
    const { value, hostile } = this.#marks.mark(answer);
    this.#answers.add(value);
    this.#met ||= hostile;
    return value;
  }

  /**
   * What it sees of the answers to a kind of query beside what the template has of them, as far as that could change what is printed: whether they hold something
   * to mark. Undefined: nothing.
   */
  seesOf(kind: QueryKind): View | 'everything' | undefined {
    if (this.#marks === undefined || !WRITTEN_BY_ANYBODY.has(kind)) return undefined;
    return this.#hasSearched ? 'everything' : this.#marks.isHostile;
  }

  /**
   * Calls a function that keeps nothing of what it is given. Where that is marked text the function sees the real one, and
   * the control characters of its result are marked, unless it was quoted. Lists and maps that hold marked text are
   * handed over as they are, since what is taken out of them is marked already; but not to quoting, nor to looking up: a
   * service is asked for by its real name.
   */
  guard(
    gives: Outcome,
    inputs: readonly unknown[],
    work: (inputs: readonly unknown[]) => unknown,
  ): unknown {
    if (this.#marks === undefined || gives === 'moved') return work(inputs);
    const isHostile = gives === 'derived' ? isMarked : holdsMarked;
    if (this.#met && inputs.some(isHostile)) {
      const real = inputs.map((input) => mapTexts(input, unmarkText));
      const result = listed(work(real));
      this.#disguise(result, (text) => real.some((input) => isPart(text, input)));
      return gives === 'quoted' ? result : mapTexts(result, markText);
    }
    const result = listed(work(inputs));
    return gives === 'derived' ? this.#follow(inputs, result) : result;
  }

  /** Whether printing this text would let a control character of somebody else into the file. */
  objectsTo(text: string): boolean {
    return this.#met && holdsMark(text);
  }

  /** The value with its real text, to be compared or searched. */
  reveal(value: unknown): unknown {
    return this.#met ? mapTexts(value, unmarkText) : value;
  }

  /** Looks for control characters that came out of a text without showing in it, as out of JSON or base64. */
  #follow(inputs: readonly unknown[], result: unknown): unknown {
    const texts = inputs.filter((input) => typeof input === 'string');
    if (texts.length === 0) return result;
    const disguised = this.#disguisedIn(texts);
    if (disguised.length > 0) this.#disguise(result, () => false);
    if (!someText(result, holdsControl)) return result;
    this.#hasSearched ||= disguised.length > 0;
    const torn = disguised.some((one) => holdsControl(one) && isTorn(one, result));
    if (!torn && !(holdsNewControl(inputs, result) && this.#isWrittenByAnybody(texts, disguised))) {
      return result;
    }
    this.#met = true;
    return mapTexts(result, markText);
  }

  #disguisedIn(texts: readonly string[]): readonly string[] {
    if (this.#disguised.size === 0) return [];
    return [...this.#disguised].filter((one) => texts.some((text) => text.includes(one)));
  }

  #isWrittenByAnybody(texts: readonly string[], disguised: readonly string[]): boolean {
    this.#hasSearched = true;
    if (disguised.length > 0) return true;
    const codes = texts.filter((text) => text.length >= SHORTEST_CODE);
    return someText([...this.#answers], (written) => codes.some((code) => written.includes(code)));
  }

  /** Remembers the texts of a result that was made of marked text, but for those that were there before as they are. */
  #disguise(result: unknown, wasThere: (text: string) => boolean): void {
    for (const text of textsOf(result)) {
      if (text.length >= SHORTEST_CODE && !wasThere(text)) this.#disguised.add(text);
    }
  }
}

/** Whether an answer, which is a tree of plain data, holds what must not be printed. Marks that somebody wrote are as bad. */
function isHostile(answer: unknown, clean: CleanNames): boolean {
  if (typeof answer === 'string') return holdsControlOrMark(answer);
  if (typeof answer !== 'object' || answer === null) return false;
  if (Array.isArray(answer)) return answer.some((item) => isHostile(item, clean));
  for (const name in answer) {
    const held = (answer as Readonly<Record<string, unknown>>)[name];
    if (isHostile(held, clean) || !clean.has(name)) return true;
  }
  return false;
}

function isMarked(input: unknown): boolean {
  return typeof input === 'string' && holdsMark(input);
}

function holdsMarked(input: unknown): boolean {
  return someText(input, holdsMark);
}

function isPart(text: string, input: unknown): boolean {
  return typeof input === 'string' && input.includes(text);
}

/** Whether a result holds a control character that is nowhere in what it was made of. */
function holdsNewControl(inputs: readonly unknown[], result: unknown): boolean {
  const seen = new Set([...textsOf(inputs)].flatMap(controlsOf));
  return someText(result, (text) => controlsOf(text).some((one) => !seen.has(one)));
}

/** Whether a result with control characters lacks the text that they may stand in. Indentation does not count: it is layout. */
function isTorn(whole: string, result: unknown): boolean {
  const lines = withoutIndentation(whole);
  return someText(
    result,
    (text) => holdsControl(text) && !withoutIndentation(text).includes(lines),
  );
}

function withoutIndentation(text: string): string {
  return text.replace(/^[ \t]+/gm, '').trim();
}

/** An iterator holds its text where no mark could be set: it is run to its end. */
function listed(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return result;
  return Symbol.iterator in result ? [...(result as Iterable<unknown>)] : result;
}
