import type { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';
import { createMask } from '../output/mask.ts';
import type { Rendering } from '../template/engine.ts';
import type { Target } from './target.ts';

/** Whoever registers rubbish by the thousand is not to fill the log as well. */
const MOST_SAID = 10;

/** What there is to say of a target's renderings beside their texts: what the template says itself, and what it left out. */
export class Remarks {
  readonly #target: Target;
  readonly #bus: Bus;
  readonly #logger: Logger;
  /** What the last text did without. */
  #leftOut: ReadonlySet<string> = new Set();

  constructor(target: Target, { bus, logger }: { readonly bus: Bus; readonly logger: Logger }) {
    this.#target = target;
    this.#bus = bus;
    this.#logger = logger;
  }

  /** Tells of a complete rendering. */
  tell(rendering: Rendering): void {
    this.#tellLeftOut(rendering);
    this.#say(rendering);
  }

  /** Says what is left out when it is first left out, not at every rendering. */
  #tellLeftOut({ leftOut, secrets }: Rendering): void {
    const { label } = this.#target;
    const before = this.#leftOut;
    this.#leftOut = new Set(leftOut);
    if (leftOut.length === 0 && before.size === 0) return;
    this.#bus.emit('target:leftOut', { target: label, count: leftOut.length });
    const mask = createMask(secrets);
    const news = leftOut.filter((one) => !before.has(one));
    for (const what of news.slice(0, MOST_SAID)) {
      this.#logger.warn(`${label} leaves out ${mask(what)}`, { target: label });
    }
    const more = news.length - MOST_SAID;
    if (more > 0) this.#logger.warn(`${label} leaves out ${more} more`, { target: label });
  }

  /** What the template has to say, unless nothing of it may be shown. */
  #say({ said, secrets }: Rendering): void {
    const { label, secret } = this.#target;
    if (said.length === 0 || secret) return;
    const mask = createMask(secrets);
    for (const text of said) {
      this.#logger.info(`${label} says: ${mask(text).trimEnd()}`, { target: label });
    }
  }
}
