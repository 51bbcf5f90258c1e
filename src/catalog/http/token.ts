import { readFile } from 'node:fs/promises';
import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import { fileStamp } from '../file-stamp.ts';

/** How often a token file is looked at, at most. */
const LOOK_AGAIN_MS = 1000;

/** Where a token comes from. */
export interface TokenOptions {
  readonly token?: string;
  /** Wins over `token`. */
  readonly tokenFile?: string;
}

/** Knows the token for a server: the one it was given, or the one that its file holds now. */
export class TokenSource {
  readonly #server: string;
  readonly #literal: string | undefined;
  readonly #path: string | undefined;
  readonly #clock: Clock;
  #fromFile: { readonly token: string; readonly stamp: string | undefined } | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<string> | undefined;

  /** `server` is its name in messages. */
  constructor(server: string, options: TokenOptions, clock: Clock) {
    this.#server = server;
    this.#literal = options.token === '' ? undefined : options.token;
    this.#path = options.tokenFile;
    this.#clock = clock;
  }

  /**
   * The token to ask with; undefined for none. `refused` says that the agent just refused the last one, so that the file is
   * read even when it was looked at a moment ago. Throws an AutotmplError while there is no file that can be read; where one
   * could be read before, its token goes on.
   */
  async current({ refused = false }: { readonly refused?: boolean } = {}): Promise<
    string | undefined
  > {
    const path = this.#path;
    if (path === undefined) return this.#literal;
    const known = this.#fromFile;
    if (known !== undefined && !refused && this.#clock.now() - this.#lookedAt < LOOK_AGAIN_MS) {
      return known.token;
    }
    this.#looking ??= this.#look(path, refused).finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(path: string, refused: boolean): Promise<string> {
    this.#lookedAt = this.#clock.now();
    const known = this.#fromFile;
    try {
      const stamp = await fileStamp(path);
      if (known !== undefined && !refused && stamp === known.stamp) return known.token;
      const token = (await readFile(path, 'utf8')).trim();
      if (token === '') throw new Error('it is empty');
      this.#fromFile = { token, stamp };
      return token;
    } catch (error) {
      if (known !== undefined) return known.token;
      throw new AutotmplError(
        'catalog',
        `cannot read the ${this.#server} token file ${path}: ${describeError(error)}`,
        { cause: error },
      );
    }
  }
}
