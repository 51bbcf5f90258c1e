import { describeError } from '../core/errors.ts';
import { unifiedDiff } from '../output/diff.ts';
import type { ExplainedTarget } from '../renderer/explanation.ts';
import { askAll, type AskParts } from './ask-all.ts';
import type { Prepared } from './options.ts';

/** Whether two templates give the same text: they do, they do not (with the difference), or it could not be found out. */
export type Proof =
  | { readonly kind: 'equal' }
  | { readonly kind: 'different'; readonly diff: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Renders the first two targets of some settings with the same answers, and compares what they give. Writes no file. */
export async function prove(
  prepared: Prepared,
  parts: AskParts,
  signal: AbortSignal,
): Promise<Proof> {
  const [before, after] = await askAll(prepared, parts, signal);
  if (before === undefined || after === undefined) {
    throw new Error('two targets were to be compared');
  }
  return compare(before, after);
}

function compare(before: ExplainedTarget, after: ExplainedTarget): Proof {
  for (const one of [before, after]) {
    if (one.rendering?.text === undefined) return { kind: 'unknown', why: whyNot(one) };
  }
  const diff = unifiedDiff({
    label: before.target.source.name,
    before: before.rendering?.text,
    after: after.rendering?.text ?? '',
    color: 0,
    secrets: new Set([...(before.rendering?.secrets ?? []), ...(after.rendering?.secrets ?? [])]),
    hideText: false,
  });
  return diff === '' ? { kind: 'equal' } : { kind: 'different', diff };
}

function whyNot({ target, error, queries }: ExplainedTarget): string {
  const { name } = target.source;
  if (error !== undefined) return describeError(error);
  const missing = queries.flatMap(({ id, waitedFor, reason }) => {
    if (waitedFor === undefined) return [];
    const why = reason === undefined ? '' : ` (${describeError(reason)})`;
    return [`${id}${waitedFor === 'absent' ? ', which does not exist' : why}`];
  });
  return `${name} waits for ${missing.join('; ')}`;
}
