// Imported only once the packages are there.
import { Chalk } from 'chalk';
import { structuredPatch } from 'diff';

/** Writes to people: headings, texts and differences, coloured where that is wanted. */
export class Story {
  #paint;
  #readingMs;
  #chapter = 0;

  /** Waits `readingMs` for the reader after each chapter. */
  constructor(readingMs) {
    this.#paint = new Chalk({ level: colorLevel() });
    this.#readingMs = readingMs;
  }

  title(text) {
    console.log(`\n${this.#paint.bold(text)}`);
  }

  chapter(text) {
    this.#chapter += 1;
    console.log(`\n${this.#paint.bold.cyan(this.#chapter)} ${this.#paint.bold(text)}\n`);
  }

  say(text) {
    console.log(`  ${text}`);
  }

  file(name, note = '') {
    console.log(`  ${this.#paint.underline(name)}${note === '' ? '' : `  ${note}`}`);
  }

  quote(text) {
    for (const line of text.split('\n')) console.log(this.#paint.dim(`  │ ${line}`));
  }

  changes(before, after) {
    const { hunks } = structuredPatch('', '', before, after, '', '', { context: 1 });
    for (const line of hunks.flatMap(({ lines }) => lines)) {
      const shown = `  │ ${line}`;
      if (line.startsWith('+')) console.log(this.#paint.green(shown));
      else if (line.startsWith('-')) console.log(this.#paint.red(shown));
      else console.log(this.#paint.dim(shown));
    }
  }

  good(text) {
    return this.#paint.green(text);
  }

  pause() {
    return new Promise((resolve) => setTimeout(resolve, this.#readingMs));
  }
}

/** The rule of autotmpl itself (https://no-color.org): chalk's own guess ignores NO_COLOR. */
function colorLevel() {
  const { NO_COLOR = '', FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== '') return 0;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR === '0' || FORCE_COLOR === 'false' ? 0 : 1;
  return process.stdout.isTTY && TERM !== 'dumb' ? 1 : 0;
}
