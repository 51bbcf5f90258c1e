import type { Answer } from '../../../../src/catalog/catalog.ts';
import { queryId } from '../../../../src/catalog/query.ts';
import { freezeValue, type Value } from '../../../../src/catalog/values.ts';
import { systemClock } from '../../../../src/core/time.ts';
import type { Recall, Rendering } from '../../../../src/template/engine.ts';
import { createNunjucksEngine } from '../../../../src/template/nunjucks/engine.ts';

/** Answers by the id of their query. */
export type KnownAnswers = Readonly<Record<string, Value>>;

/** Renders a template that knows these answers and no others; its folder has no files to include. */
export function renderKnowing(
  answers: KnownAnswers,
  text: string,
  options: { readonly strict?: boolean; readonly allowControlCharacters?: boolean } = {},
): Rendering {
  const engine = createNunjucksEngine({
    searchPath: [],
    environment: { HOME: '/root', LINES: 'one\ntwo' },
    clock: systemClock,
  });
  const known = new Map<string, Answer>(
    Object.entries(answers).map(([id, value]) => [
      id,
      { state: 'fresh', value: freezeValue(value) },
    ]),
  );
  return engine
    .compile(
      { name: 't.njk', text, folder: '/nowhere' },
      { strict: true, allowControlCharacters: false, ...options },
    )
    .render(((query) => known.get(queryId(query))) as Recall);
}

/** The text of a rendering that nothing went wrong with. */
export function textKnowing(answers: KnownAnswers, text: string, options = {}): string | undefined {
  const { error, text: rendered } = renderKnowing(answers, text, options);
  if (error !== undefined) throw error;
  return rendered;
}

/** What went wrong with a rendering. */
export function errorKnowing(answers: KnownAnswers, text: string): string | undefined {
  return renderKnowing(answers, text).error?.message;
}
