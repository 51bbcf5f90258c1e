import { createMask } from '../../output/mask.ts';
import type { Target } from '../target.ts';
import type { Difference } from './compare-file.ts';
import type { ExpectedFile } from './expected-file.ts';

/** No log line has more of a difference than this. */
const MOST_LINES = 40;
/** Longer texts are not compared line by line only for the log. */
const LONGEST_BYTES = 1_000_000;

/** What is told of a drift, for the log: `diff` has the lines. */
export interface DriftDiff {
  readonly diff?: readonly string[];
}

/**
 * The lines in which a file differs: with a minus as somebody else left them, with a plus as they should be. No text of a secret target, and
 * of one that holds secrets no line of others: it may have an older secret that nobody knows any more. `secrets` are those of all targets.
 */
export async function diffOf(
  { label, secret }: Target,
  { found }: Difference,
  expected: ExpectedFile,
  secrets: ReadonlySet<string>,
): Promise<DriftDiff> {
  if (found === undefined || expected.length > LONGEST_BYTES) return {};
  // Not needed for anything else in a run that writes files.
  const { unifiedDiff } = await import('../../output/diff.ts');
  const after = expected.bytes.toString('utf8');
  const diff = unifiedDiff({
    ...{ label, before: found, after, color: 0, hideText: secret },
    secrets: expected.secrets,
  });
  const lines = createMask(secrets)(diff).trimEnd().split('\n').slice(2);
  if (lines.length <= MOST_LINES) return { diff: lines };
  const more = `(${lines.length - MOST_LINES} more lines)`;
  return { diff: [...lines.slice(0, MOST_LINES), more] };
}
