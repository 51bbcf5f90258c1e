import { AutotmplError, describeError } from '../core/errors.ts';
import type { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';
import { goodCopy } from '../output/good-copy.ts';
import type { Cover, OwedMarkers } from '../output/owed-markers.ts';
import { readCurrent, type CurrentFile } from '../output/read-destination.ts';
import { fingerprintOf, rejection, type Rejection } from '../output/rejection.ts';
import { resolveDestination, type ResolvedDestination } from '../output/resolve-destination.ts';
import type { OwnWrites } from './drift/own-writes.ts';
import { fingerprintOfAll, isRolledBack, pathsPutBack } from './going-back.ts';
import type { Ledger, MadeOf } from './ledger.ts';
import type { Publication } from './publisher.ts';
import type { GoodReturn } from './return-good.ts';
import { isFileTarget, type Target } from './target.ts';

/** What the last good files are kept with. */
export interface LastGoodParts {
  readonly markers: OwedMarkers;
  readonly ledger: Ledger;
  /** Who has to know what we put in place; undefined: nobody, now. */
  readonly ownWrites?: () => OwnWrites | undefined;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** What became of putting a last good file back. */
export type TakenBack =
  | 'done'
  /** It is the good file that is in place: the fault lies elsewhere. */
  | 'isGood'
  /** There is none. */
  | 'nothingGood'
  /** Another file was swapped in meanwhile, and asks for a command of its own. */
  | 'overtaken';

/** What this process knows of one file. */
interface Known {
  /** Stands for the text that was put in place last, and what was written beside it. */
  fingerprint?: string;
  /** The files that were written beside it, and go back with it. */
  beside?: readonly string[];
  /** What must not be shown of it. */
  secrets: ReadonlySet<string>;
  /** The same of the good file. */
  goodSecrets?: ReadonlySet<string>;
  /** What the good file was made of. */
  goodMadeOf?: MadeOf | undefined;
  /** The good file, where its folder takes none beside it. */
  good?: CurrentFile | undefined;
  /** What was taken back, for a folder that takes no note of it. */
  rejected?: Rejection | undefined;
  /** Whether the last good file is in place since what was put there last was taken back. */
  wasTakenBack: boolean;
}

/** One file that is to be put back, and what is known of it. */
interface Return extends GoodReturn {
  readonly known: Known;
  /** Stands for the text in its place. */
  readonly fingerprint: string | undefined;
}

/**
 * Keeps, of each file that is to be rolled back, the last one that what runs took well, and puts it back. A file that is about to be replaced is good
 * unless its command is still owed: then an older one is, and stays. Knows over restarts which text was taken back, so that it is not tried
 * again before the data changes.
 */
export class LastGood {
  readonly #parts: LastGoodParts;
  readonly #files = new Map<string, Known>();

  constructor(parts: LastGoodParts) {
    this.#parts = parts;
  }

  /** Why a text is not put in place; undefined where nothing is known against it. */
  async objection(publication: Publication): Promise<AutotmplError | undefined> {
    const { target, anew } = publication;
    const where = await this.#find(target);
    if (where === undefined || anew === true) return undefined;
    const note = (await rejection.read(where.path)) ?? this.#known(target).rejected;
    if (note?.fingerprint !== fingerprintOfAll(publication)) return undefined;
    return rolledBackError(target, note.reason);
  }

  /** Secrets of the files that are in place, or can be put back. */
  secrets(): ReadonlySet<string> {
    const known = [...this.#files.values()];
    return new Set(known.flatMap((one) => [...one.secrets, ...(one.goodSecrets ?? [])]));
  }

  /** Whether what was put in place last is not there any more, since it was taken back. */
  wasTakenBack({ destination = '' }: Target): boolean {
    return this.#files.get(destination)?.wasTakenBack ?? false;
  }

  /** To be called before a target's file is replaced, or one beside it. Where an old one cannot be kept, that is said, and no reason not to go on. */
  async keep(publication: Pick<Publication, 'target' | 'files'>): Promise<void> {
    const { markers } = this.#parts;
    const { target } = publication;
    const where = await this.#find(target);
    if (where === undefined || (await markers.isOwed(target.destination ?? ''))) return;
    const way = target.file.write === 'inPlace' ? 'copy' : 'link';
    await this.#keepGood(target, where, way, pathsPutBack(publication));
  }

  /** To be called when what runs took well is in place again after somebody else's change: where the command fails now, nothing older is better. */
  async restored(target: Target): Promise<void> {
    const where = await this.#find(target);
    if (where === undefined) return;
    // It stays in place: who writes into it must not write into what is kept.
    await this.#keepGood(target, where, 'copy', this.#known(target).beside ?? []);
  }

  async #keepGood(
    target: Target,
    where: ResolvedDestination,
    way: 'link' | 'copy',
    beside: readonly string[],
  ): Promise<void> {
    const { ledger, logger } = this.#parts;
    const known = this.#known(target);
    known.goodMadeOf = ledger.of(target);
    known.goodSecrets = known.secrets;
    known.good = undefined;
    if (beside.length > 0) await (await goodBeside()).keepBeside(beside, logger);
    if (where.existing === undefined) {
      await goodCopy.forget(where.path);
      return;
    }
    try {
      await goodCopy.keep(where.path, way);
    } catch (error) {
      known.good = await readCurrent(where.path).catch(() => undefined);
      logger.warn(`${describeError(error)}; it can be put back only until this program ends`, {
        target: target.label,
      });
    }
  }

  /** To be called when a text is in place, whether or not it was there before: what was rejected is history. */
  async placed(publication: Publication): Promise<void> {
    const { target, secrets } = publication;
    const where = await this.#find(target);
    if (where === undefined) return;
    const known = this.#known(target);
    known.fingerprint = fingerprintOfAll(publication);
    known.beside = pathsPutBack(publication);
    known.secrets = secrets;
    known.rejected = undefined;
    known.wasTakenBack = false;
    await rejection.clear(where.path);
  }

  /**
   * Puts the last good files of these targets back, all or none, with their modes and owners, and notes that the texts in their places are not to be tried
   * again; `cover` is what the command that failed stood for. Rejects with an AutotmplError where they cannot be written.
   */
  async takeBack(targets: readonly Target[], reason: string, cover: Cover): Promise<TakenBack> {
    const { ledger, bus, logger } = this.#parts;
    const returns: Return[] = [];
    for (const target of targets) {
      const found = await this.#lookBack(target);
      if (found === 'nothingGood') return found;
      if (found !== 'isGood') returns.push(found);
    }
    if (returns.length === 0) return 'isGood';
    const { returnGood } = await import('./return-good.ts');
    const replaced = await this.#inTurn(returns, () =>
      returnGood(returns, cover, async () => {
        for (const one of returns) await this.#reject(one, reason);
      }),
    );
    if (!replaced) return 'overtaken';
    for (const { target, known } of returns) {
      if (known.goodMadeOf !== undefined) ledger.note(target, known.goodMadeOf);
      logger.warn(`${target.label} is rolled back: the last good file is in place again`, {
        target: target.label,
      });
      bus.emit('target:rolledBack', { target: target.label, reason });
    }
    return 'done';
  }

  async #lookBack(target: Target): Promise<Return | 'nothingGood' | 'isGood'> {
    const where = await this.#find(target);
    if (where === undefined || !isFileTarget(target)) return 'nothingGood';
    const known = this.#known(target);
    const good = known.good ?? (await goodCopy.read(where.path, ownersOf(where.existing?.uid)));
    if (good === undefined) return 'nothingGood';
    const current = where.existing === undefined ? undefined : await readCurrent(where.path);
    const paths = known.beside ?? [];
    const beside = paths.length > 0 ? await (await goodBeside()).findBeside(paths, ownersOf) : [];
    if (current?.bytes.equals(good.bytes) === true && beside.length === 0) return 'isGood';
    const fingerprint =
      known.fingerprint ?? (current === undefined ? undefined : fingerprintOf(current.bytes));
    return { target, where, good, beside, known, fingerprint };
  }

  /** Nobody shall take what we put back for the work of others. */
  async #inTurn(returns: readonly Return[], replace: () => Promise<boolean>): Promise<boolean> {
    const ownWrites = this.#parts.ownWrites?.();
    if (ownWrites === undefined) return replace();
    return ownWrites.inTurn(async () => {
      const replaced = await replace();
      for (const { target, good, known } of replaced ? returns : []) {
        ownWrites.note(target, good.bytes.toString(), known.goodSecrets ?? known.secrets);
      }
      return replaced;
    });
  }

  async #reject({ known, where, fingerprint }: Return, reason: string): Promise<void> {
    known.wasTakenBack = true;
    if (fingerprint === undefined) return;
    known.rejected = { fingerprint, reason };
    try {
      await rejection.write(where.path, known.rejected);
    } catch (error) {
      this.#parts.logger.warn(
        `${describeError(error)}; that this text was rolled back is known only until this program ends`,
      );
    }
  }

  /** Undefined for a target that is never rolled back. */
  async #find(target: Target): Promise<ResolvedDestination | undefined> {
    const { destination, file } = target;
    if (!isRolledBack(target) || destination === undefined) return undefined;
    return resolveDestination(destination, file.symlink, file.user);
  }

  #known({ destination = '' }: Target): Known {
    const known = this.#files.get(destination) ?? { secrets: new Set(), wasTakenBack: false };
    this.#files.set(destination, known);
    return known;
  }
}

/** Few templates write anything beside their files. */
const goodBeside = () => import('./good-beside.ts');

/** Whose file a kept one can be: ours, root's, or that of who owns the file now. */
function ownersOf(owner: number | undefined): ReadonlySet<number> {
  return new Set([process.geteuid?.() ?? 0, 0, ...(owner === undefined ? [] : [owner])]);
}

/** What holds a file whose newest text was taken back. */
function rolledBackError({ label }: Target, reason: string): AutotmplError {
  return new AutotmplError('command', `${label} was rolled back: ${reason}`);
}
