import { readFile } from 'node:fs/promises';
import { AutotmplError, describeError, systemCode } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import { TokenSource } from '../http/token.ts';
import type { VaultClient } from './client.ts';
import { logInToKubernetes, UnwrapError, unwrapToken } from './login.ts';
import type { VaultOptions } from './options.ts';
import { VAULT } from './server.ts';
import { TokenKeeper } from './token-keeper.ts';

/** What a session works with. */
export interface SessionParts {
  readonly client: VaultClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

/** A token, and where it came from. */
interface Known {
  readonly token: string;
  /** What is to be done where it is no good. */
  readonly advice: string;
}

/**
 * Who we are to Vault. The token is found when it is first needed: in the agent's file, as it was given, in the file that
 * `vault login` leaves, or by a Kubernetes login; then it is renewed for as long as the session lasts. An agent's token is the
 * agent's to renew.
 */
export class VaultSession {
  readonly #options: VaultOptions;
  readonly #parts: SessionParts;
  readonly #agentFile: TokenSource | undefined;
  readonly #closed = new AbortController();
  #known: Known | undefined;
  #finding: Promise<Known> | undefined;
  #keeper: TokenKeeper | undefined;
  /** A wrapping token is used once: what came of it is final. */
  #spent: UnwrapError | undefined;

  constructor(options: VaultOptions, parts: SessionParts) {
    this.#options = options;
    this.#parts = parts;
    const { tokenFile } = options;
    this.#agentFile =
      tokenFile === undefined
        ? undefined
        : new TokenSource('Vault agent', { tokenFile }, parts.clock);
  }

  /**
   * The token to ask with. Rejects with a VaultTrouble, with an AutotmplError where there is none, or with the signal's reason.
   */
  async token(signal: AbortSignal): Promise<string> {
    if (this.#agentFile !== undefined) return (await this.#agentFile.current()) ?? '';
    return (await this.#find(signal)).token;
  }

  /**
   * Takes note that Vault refused this token as a whole, and says what to do about it. A login is made anew by the next
   * question, an agent's file is read again.
   */
  async refused(token: string): Promise<string> {
    if (this.#agentFile !== undefined) {
      const next = await this.#agentFile.current({ refused: true });
      return next === token
        ? `see why the Vault agent does not renew the token in ${this.#options.tokenFile ?? ''}`
        : 'the agent has a new one: it is used from now on';
    }
    const advice = this.#known?.advice ?? 'give a valid one';
    if (this.#known?.token === token && this.#options.token === undefined) this.#forget();
    return advice;
  }

  /** Ends the renewal. */
  close(): void {
    this.#closed.abort();
    this.#keeper?.close();
  }

  async #find(signal: AbortSignal): Promise<Known> {
    if (this.#known !== undefined) return this.#known;
    // Whoever asks first may go away while others wait: it is found for all.
    this.#finding ??= this.#establish(this.#closed.signal).finally(
      () => (this.#finding = undefined),
    );
    const found = await this.#finding;
    signal.throwIfAborted();
    return found;
  }

  async #establish(signal: AbortSignal): Promise<Known> {
    const { token, unwrapToken: isWrapped, kubernetes } = this.#options;
    const { client } = this.#parts;
    if (token !== undefined && token !== '') {
      if (!isWrapped) return this.#settle(token, 'give a new token', undefined);
      const unwrapped = await this.#unwrap(token, signal);
      return this.#settle(unwrapped, 'wrap a new one', undefined);
    }
    const left = await this.#loginToken();
    if (left !== undefined) return this.#settle(left, 'run vault login again', undefined);
    if (kubernetes === undefined) throw noToken();
    const auth = await logInToKubernetes(client, kubernetes, signal);
    this.#parts.logger.debug(`logged in to Vault as ${kubernetes.role}`, { vault: client.address });
    return this.#settle(auth.ClientToken, 'it logs in again', () => this.#forget());
  }

  #settle(token: string, advice: string, onEnd: (() => void) | undefined): Known {
    const known = { token, advice };
    this.#known = known;
    if (this.#options.renewToken || onEnd !== undefined) {
      this.#keeper?.close();
      this.#keeper = new TokenKeeper(token, { ...this.#parts, onEnd });
      void this.#keeper.run();
    }
    return known;
  }

  async #unwrap(wrapping: string, signal: AbortSignal): Promise<string> {
    if (this.#spent !== undefined) throw this.#spent;
    try {
      const auth = await unwrapToken(this.#parts.client, wrapping, signal);
      this.#parts.logger.debug('unwrapped the Vault token', { vault: this.#parts.client.address });
      return auth.ClientToken;
    } catch (error) {
      if (error instanceof UnwrapError) this.#spent = error;
      throw error;
    }
  }

  async #loginToken(): Promise<string | undefined> {
    const path = this.#options.loginTokenFile;
    if (path === undefined) return undefined;
    try {
      const token = (await readFile(path, 'utf8')).trim();
      return token === '' ? undefined : token;
    } catch (error) {
      const code = systemCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new AutotmplError('catalog', `cannot read ${path}: ${describeError(error)}`, {
        cause: error,
      });
    }
  }

  #forget(): void {
    this.#known = undefined;
    this.#keeper?.close();
    this.#keeper = undefined;
  }
}

function noToken(): AutotmplError {
  return new AutotmplError('catalog', `there is no token for ${VAULT.name}`, {
    advice:
      'name a token file, give a token in VAULT_TOKEN, run vault login, or configure the Kubernetes login',
  });
}
