import type { Settings } from '../config/settings.ts';
import type { Bus } from '../core/bus.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import type { AdjustableLogger } from '../core/logger.ts';
import type { Prepared } from './options.ts';

/** What became of a reload. */
export type ReloadOutcome =
  { readonly ok: true } | { readonly ok: false; readonly error: AutotmplError };

/** What a reload works with. */
export interface ReloadingOptions {
  readonly load: () => Promise<Settings>;
  /** Throws an AutotmplError, and changes nothing, where something is wrong. */
  readonly prepare: (settings: Settings) => Promise<Prepared>;
  readonly replace: (prepared: Prepared) => Promise<void>;
  readonly bus: Bus;
  readonly logger: AdjustableLogger;
}

/**
 * Goes over to a config that is read anew, when all of it is right. One reload at a time; however many are asked for meanwhile,
 * one more follows, since it reads what is there then.
 */
export class Reloading {
  readonly #options: ReloadingOptions;
  #current: Promise<ReloadOutcome> | undefined;
  #following: Promise<ReloadOutcome> | undefined;

  constructor(options: ReloadingOptions) {
    this.#options = options;
  }

  /** Resolves with what became of the first reload that began after this call. `by` says in the log who asked: `HUP`. */
  reload(by: string): Promise<ReloadOutcome> {
    if (this.#current === undefined) return this.#begin(by);
    this.#following ??= this.#current.then(() => {
      this.#following = undefined;
      return this.#begin(by);
    });
    return this.#following;
  }

  #begin(by: string): Promise<ReloadOutcome> {
    const current = this.#reload(by).finally(() => {
      if (this.#current === current) this.#current = undefined;
    });
    this.#current = current;
    return current;
  }

  async #reload(by: string): Promise<ReloadOutcome> {
    const { load, prepare, replace, bus, logger } = this.#options;
    try {
      const prepared = await prepare(await load());
      const files = prepared.targets.length;
      logger.info(`${by}: config and templates read again, ${files} file${files === 1 ? '' : 's'}`);
      logger.setLevel(prepared.settings.log.level);
      await replace(prepared);
      bus.emit('config:reloaded', { ok: true });
      return { ok: true };
    } catch (error) {
      if (!(error instanceof AutotmplError)) throw error;
      const reason = describeError(error);
      logger.error(`${by}: the old config and templates stay in force: ${reason}`);
      bus.emit('config:reloaded', { ok: false, reason });
      return { ok: false, error };
    }
  }
}
