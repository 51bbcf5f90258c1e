/**
 * What one rendering may use up, in every template language: far above any configuration file, far below what memory and
 * patience hold. A template that comes to no end is stopped here with a clear word, and fails like any other. Each language counts by itself
 * (`gotemplate/step-budget.ts`, `nunjucks/budget.ts`): what is a step, what can be known of a value, and how a failure names its place are its own.
 */

/** To go through so many items of a value is one step. */
export const ITEMS_A_STEP = 16;
/** So many characters count like one item. */
export const CHARACTERS_AN_ITEM = 64;
/** A value with more in it is nobody's data, and is not even looked at. */
export const LARGEST_VALUE = 2_000_000;
/** The characters of a file. */
export const MOST_PRINTED = 64 * 1024 * 1024;
/** The characters of one text. */
export const LONGEST_TEXT = 16 * 1024 * 1024;
/** The characters of everything that functions made, printed or not: a text that is joined to itself doubles with each step. */
export const MOST_MADE = 128 * 1024 * 1024;
/** The longest list that is made of nothing but a number: a key that says 1e9 must not take the memory of the machine. */
export const LONGEST_COUNT = 1_000_000;

/** What to look for in the template. */
export const ENDLESS_ADVICE = 'a loop or a template that calls itself has no end';
