import type { Pipeline } from '../gotemplate/nodes.ts';
import { tight, type Expression } from './expression.ts';
import type { ProblemBook } from './problems.ts';
import type { Scope } from './scope.ts';
import { itemShape, NUMBER, TEXT, type Shape } from './shapes.ts';

/** The tags that begin a loop, and what dot is inside of it. */
export interface ConvertedRange {
  readonly tags: readonly string[];
  readonly dot: Expression;
}

/**
 * Turns the head of a `range`. A map is sorted by its keys, as Go does; a list with an index gets that from the loop; a number is
 * counted up to.
 */
export function convertRange(
  pipe: Pipeline,
  value: Expression,
  scope: Scope,
  book: ProblemBook,
): ConvertedRange {
  const { variables } = pipe;
  if (pipe.assigns)
    book.lost(pipe, 'a loop of Nunjucks gives its values to no variables from outside');
  const index = variables.length === 2 ? variables[0] : undefined;
  const named = variables.at(-1);
  const item = itemShape(value.shape);
  const wished = named ?? wish(value.shape);
  if (value.shape.kind === 'map') return overMap(value, scope, index, wished, item);
  if (value.shape.kind === 'unknown') {
    book.uncertain(
      pipe,
      index === undefined
        ? 'a map would be looped over by its values in Go, and not at all here'
        : 'a map would be looped over by its names in Go, and not at all here',
    );
  }
  const name = scope.declare(wished, item);
  const dot: Expression = { code: name, shape: item, binding: 'member' };
  const over = value.shape.kind === 'number' ? `range(${value.code})` : value.code;
  const tags = [`{% for ${name} in ${over} %}`];
  if (index !== undefined) tags.push(`{% set ${scope.declare(index, NUMBER)} = loop.index0 %}`);
  return { tags, dot };
}

function overMap(
  value: Expression,
  scope: Scope,
  index: string | undefined,
  wished: string,
  item: Shape,
): ConvertedRange {
  const key = scope.declare(index ?? '$name', TEXT);
  const name = scope.declare(wished, item);
  // With `true` capital letters come first, as in Go.
  const tag = `{% for ${key}, ${name} in ${tight(value)} | dictsort(true) %}`;
  return { tags: [tag], dot: { code: name, shape: item, binding: 'member' } };
}

function wish(shape: Shape): string {
  return `$${(shape.kind === 'list' ? shape.called : undefined) ?? 'item'}`;
}
