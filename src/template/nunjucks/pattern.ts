import { AutotmplError } from '../../core/errors.ts';
import { re2Package } from '../functions/packages.ts';

type Program = ReturnType<ReturnType<typeof re2Package>['RE2JS']['compile']>;

/** Patterns that texts are searched for by name come again with each turn of a loop. */
const MOST_KNOWN = 100;
/** By name, since JavaScript would take the `k` for a letter where there is no group. */
const NAMED_REFERENCE = /(?:^|[^\\])(?:\\\\)*\\k/;

/** Makes a pattern of what stands between the slashes and behind them. */
export type MakePattern = (source: string, flags: string) => RegExp;

/**
 * Gives a way to make regular expressions that can be used as JavaScript's own, and take time in proportion to the text: RE2 searches for them. JavaScript
 * would go back and forth for ever for `(a+)+$` in a text that somebody else wrote, and nothing could stop it. `timed` runs each search. What RE2 does
 * not have throws an AutotmplError.
 */
export function patternMaker(timed: <T>(search: () => T) => T): MakePattern {
  const programs = new Map<string, Program>();
  const programOf = (pattern: RegExp): Program => {
    const id = String(pattern);
    const known = programs.get(id);
    if (known !== undefined) return known;
    if (programs.size >= MOST_KNOWN) programs.clear();
    const program = compileProgram(pattern);
    programs.set(id, program);
    return program;
  };

  /** JavaScript's functions of texts search by `exec`, whatever it is. */
  class Pattern extends RegExp {
    readonly #program = programOf(this);

    override exec(text: string): RegExpExecArray | null {
      const remembers = this.global || this.sticky;
      const match = this.#find(String(text), remembers ? this.lastIndex : 0);
      const isFound = match !== null && (!this.sticky || match.index === this.lastIndex);
      if (remembers) this.lastIndex = isFound ? match.index + match[0].length : 0;
      return isFound ? match : null;
    }

    override *[Symbol.matchAll](text: string): RegExpStringIterator<RegExpExecArray> {
      for (let at = 0; at <= text.length;) {
        const match = this.#find(text, at);
        if (match === null) return undefined;
        yield match;
        at = Math.max(match.index + match[0].length, match.index + Number(match[0] === ''));
      }
      return undefined;
    }

    /** JavaScript's own would search from each character anew. */
    override [Symbol.split](text: string, most = 2 ** 32 - 1): string[] {
      if (text === '' && this.#find(text, 0) !== null) return [];
      const parts: string[] = [];
      let from = 0;
      for (let at = 0; at < text.length;) {
        const match = this.#find(text, at);
        if (match === null || match.index >= text.length) break;
        const end = match.index + match[0].length;
        at = end;
        if (end === from) at = match.index + 1;
        else {
          parts.push(text.slice(from, match.index), ...match.slice(1));
          from = end;
        }
      }
      return [...parts, text.slice(from)].slice(0, most >>> 0);
    }

    #find(text: string, from: number): RegExpExecArray | null {
      if (from > text.length) return null;
      return timed(() => find(this.#program, text, wholeCharacter(text, from)));
    }
  }

  return (source, flags) => new Pattern(source, flags);
}

/** Checks that RE2 has a pattern. Throws an AutotmplError. */
export function checkPattern(pattern: RegExp): void {
  compileProgram(pattern);
}

function compileProgram(pattern: RegExp): Program {
  const { RE2JS } = re2Package();
  try {
    if (!NAMED_REFERENCE.test(pattern.source)) return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch {
    // What it says shows the pattern, which may be made of a secret.
  }
  throw new AutotmplError('template', 'the regular expression is none of RE2', {
    advice:
      'look-around and back-references, which may take for ever, do not exist there, nor what is repeated more than 1000 times',
  });
}

function find(program: Program, text: string, from: number): RegExpExecArray | null {
  const matcher = program.matcher(text);
  if (!matcher.find(from)) return null;
  const group = (at: number | string): string | undefined => matcher.group(at) ?? undefined;
  const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, at) => group(at));
  const names = Object.keys(program.namedGroups());
  const named = names.map((name) => [name, group(name)] as const);
  const match = Object.assign(groups, {
    index: matcher.start(),
    input: text,
    groups: names.length === 0 ? undefined : plainMap(named),
  });
  return match as RegExpExecArray;
}

function plainMap(entries: readonly (readonly [string, string | undefined])[]): object {
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries));
}

/** What is searched for begins at no half of a character. */
function wholeCharacter(text: string, at: number): number {
  const isInside = at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
  return isInside ? at + 1 : at;
}
