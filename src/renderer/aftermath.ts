import { AutotmplError, describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Cover } from '../output/owed-markers.ts';
import type { LastGood } from './last-good.ts';
import type { Reload } from './reload.ts';
import type { Target } from './target.ts';

/** What a failure leads to. */
export type Remedy =
  /** Files and all stay as they are. */
  | { readonly kind: 'keep' }
  /** These targets have their last good files again, and the command has to run on them. */
  | { readonly kind: 'rolledBack'; readonly targets: readonly Target[] }
  /** The program ends. */
  | { readonly kind: 'exit' };

/** What the aftermath works with. */
export interface AftermathParts {
  readonly lastGood: LastGood;
  /** Ends the program in order; returns at once. */
  readonly onFatal: (error: AutotmplError) => void;
  /** Called when these targets have their last good files again. */
  readonly onTakenBack: (targets: readonly Target[]) => void;
  readonly logger: Logger;
}

/** Decides, by what the targets ask for, what becomes of a command or a probe that failed, and does it as far as files are concerned. */
export class Aftermath {
  readonly #parts: AftermathParts;

  constructor(parts: AftermathParts) {
    this.#parts = parts;
  }

  /** `cover` is what the failed command stood for. Never rejects. */
  async follow({ targets }: Reload, reason: string, cover: Cover): Promise<Remedy> {
    const { onFatal, onTakenBack } = this.#parts;
    const fatal = targets.find(({ onFailure }) => onFailure === 'exit');
    if (fatal !== undefined) {
      onFatal(
        new AutotmplError('command', `${reason}; ${fatal.label} asks for the program's end then`),
      );
      return { kind: 'exit' };
    }
    const back: Target[] = [];
    for (const together of unitsOf(targets.filter(({ onFailure }) => onFailure === 'rollback'))) {
      if (await this.#takeBack(together, reason, cover)) back.push(...together);
    }
    if (back.length === 0) return { kind: 'keep' };
    onTakenBack(back);
    return { kind: 'rolledBack', targets: back };
  }

  async #takeBack(together: readonly Target[], reason: string, cover: Cover): Promise<boolean> {
    const { lastGood, logger } = this.#parts;
    const targets = together.map(({ label }) => label);
    const names = targets.join(', ');
    try {
      const outcome = await lastGood.takeBack(together, reason, cover);
      if (outcome === 'nothingGood') {
        const before = targets.length === 1 ? 'it' : 'one of them';
        logger.error(
          `${names} cannot be rolled back: there is no file before ${before} that is good`,
          {
            targets,
          },
        );
      }
      return outcome === 'done';
    } catch (error) {
      logger.error(`${names} could not be rolled back: ${describeError(error)}`, { targets });
      return false;
    }
  }
}

/** Those of one group are put back together, as they were put in place. */
function unitsOf(targets: readonly Target[]): readonly (readonly Target[])[] {
  const units = new Map<string | Target, Target[]>();
  for (const target of targets) {
    const key = target.fileGroup ?? target;
    units.set(key, [...(units.get(key) ?? []), target]);
  }
  return [...units.values()];
}
