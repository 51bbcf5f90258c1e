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
    for (const target of targets) {
      if (target.onFailure === 'rollback' && (await this.#takeBack(target, reason, cover))) {
        back.push(target);
      }
    }
    if (back.length === 0) return { kind: 'keep' };
    onTakenBack(back);
    return { kind: 'rolledBack', targets: back };
  }

  async #takeBack(target: Target, reason: string, cover: Cover): Promise<boolean> {
    const { lastGood, logger } = this.#parts;
    const { label } = target;
    try {
      const outcome = await lastGood.takeBack(target, reason, cover);
      if (outcome === 'nothingGood') {
        logger.error(`${label} cannot be rolled back: there is no file before it that is good`, {
          target: label,
        });
      }
      return outcome === 'done';
    } catch (error) {
      logger.error(`${label} could not be rolled back: ${describeError(error)}`, { target: label });
      return false;
    }
  }
}
