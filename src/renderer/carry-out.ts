import type { Cover } from '../output/owed-markers.ts';
import { commandLabel } from '../process/command-line.ts';
import type { Remedy } from './aftermath.ts';
import type { Reload } from './reload.ts';
import { attemptReload, type AttemptParts } from './reload-attempt.ts';
import type { Target } from './target.ts';

/** What became of a reload and of what its failure led to. */
export type Outcome =
  | { readonly kind: 'done' }
  /** It failed, and succeeded on the last good files, which are in place. */
  | { readonly kind: 'rolledBack'; readonly reason: string }
  /** What runs does not have the files that are in place. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** It failed, and the program ends because of that. */
  | { readonly kind: 'fatal'; readonly reason: string }
  | { readonly kind: 'stopped' };

/** What a reload is carried out with. */
export interface CarryOutParts extends AttemptParts {
  /** Called when a command starts, with its targets and its label. */
  readonly cover: (targets: readonly Target[], command: string) => Cover;
  /** Decides what a failure leads to. */
  readonly follow: (reload: Reload, reason: string, cover: Cover) => Promise<Remedy>;
}

/** Runs a reload with all that follows from how it ends: at the most once more, on files that were put back. */
export async function carryOut(
  reload: Reload,
  parts: CarryOutParts,
  signal: AbortSignal,
): Promise<Outcome> {
  const first = await once(reload, parts, signal);
  if (first.outcome !== 'failed') return { kind: first.outcome === 'ok' ? 'done' : 'stopped' };
  const { reason } = first;
  const remedy = await parts.follow(reload, reason, first.cover);
  if (remedy.kind === 'keep') return { kind: 'failed', reason };
  if (remedy.kind === 'exit') return { kind: 'fatal', reason };
  const labels = remedy.targets.map(({ label }) => label).join(', ');
  parts.logger.error(`${reason}; running it again on the last good files`, {
    targets: remedy.targets.map(({ label }) => label),
  });
  const second = await once(reload, parts, signal);
  if (second.outcome === 'stopped') return { kind: 'stopped' };
  if (second.outcome === 'ok') {
    return { kind: 'rolledBack', reason: `${reason}; rolled back: ${labels}` };
  }
  return {
    kind: 'failed',
    reason: `${second.reason}, though the last good files are in place again (${labels}), which had been rolled back since ${reason}`,
  };
}

async function once(reload: Reload, parts: CarryOutParts, signal: AbortSignal) {
  const cover = parts.cover(reload.targets, commandLabel(reload.command));
  try {
    const attempt = await attemptReload(reload, parts, signal);
    if (attempt.outcome === 'ok') await cover.clear();
    return { ...attempt, cover };
  } finally {
    cover.end();
  }
}
