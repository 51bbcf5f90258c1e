import { functions } from '../functions/index.ts';

/** Words that mean something to Nunjucks, or that its templates find without saying where they come from. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['and', 'or', 'not', 'if', 'else', 'elif', 'for', 'in', 'is', 'set', 'macro', 'call', 'true'],
  ...['false', 'none', 'null', 'loop', 'range', 'cycler', 'joiner', 'caller', 'super', 'self'],
  ...['block', 'extends', 'include', 'import', 'from', 'raw', 'filter', 'as', 'with', 'without'],
  ...Object.keys(functions),
]);

/** Gives names that no other variable, function or word of a template has. */
export class Names {
  readonly #given = new Set<string>();

  /** The name that is wished for, or the nearest to it that is free. */
  give(wished: string): string {
    const word = wished.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=[0-9])/, '_');
    const first = TAKEN.has(word) ? `${word}_` : word;
    let name = first;
    for (let count = 2; this.#given.has(name); count += 1) name = `${first}${count}`;
    this.#given.add(name);
    return name;
  }
}
