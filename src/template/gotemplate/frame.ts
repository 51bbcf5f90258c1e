import { GoFailure } from './failure.ts';
import type { Span, TemplateTree } from './nodes.ts';
import type { Variables } from './variables.ts';

/** What evaluation needs to know beyond the dot; tree and variables change with each template that is entered. */
export interface Frame {
  readonly tree: TemplateTree;
  readonly variables: Variables;
}

/** The failure of a node, with its text. */
export function failureAt(
  { tree }: Frame,
  at: Span,
  message: string,
  details: { readonly advice?: string | undefined; readonly cause?: unknown } = {},
): GoFailure {
  const { source } = tree;
  const text = source.excerpt(at.start, at.end);
  return new GoFailure(source.positionAt(at.start), `at <${text}>: ${message}`, details);
}
