import { AutotmplError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import { UnaskableError } from '../http/api-path.ts';
import { ShapeError } from '../http/shapes.ts';
import type { VaultClient, VaultReply } from './client.ts';
import { deniedTrouble, refusal, replyTrouble, VaultTrouble, type Purpose } from './failures.ts';
import type { LeaseRules } from './lease.ts';
import { findMount, type Mount } from './mounts.ts';
import type { VaultSession } from './session.ts';

/** What a desk works with. */
export interface DeskParts {
  readonly client: VaultClient;
  readonly session: VaultSession;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rules: LeaseRules;
}

/** What is asked of the desk. */
export interface Errand extends Purpose {
  readonly parameters?: string;
}

/** Where all questions to one Vault are asked: with our token, and with what a refusal means found out. */
export class VaultDesk {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rules: LeaseRules;
  readonly #client: VaultClient;
  readonly #session: VaultSession;
  /** By path. */
  readonly #mounts = new Map<string, Mount>();

  constructor({ client, session, clock, logger, rules }: DeskParts) {
    this.#client = client;
    this.#session = session;
    this.clock = clock;
    this.logger = logger;
    this.rules = rules;
  }

  /**
   * Asks, and reads the answer; undefined for a 404, and for an answer without a body. Rejects with a VaultTrouble, with an
   * AutotmplError where there is no token or no such address, or with the signal's reason.
   */
  async ask<T>(
    errand: Errand,
    read: (body: unknown) => T,
    signal: AbortSignal,
    onAbsence: (body: unknown) => void = () => undefined,
  ): Promise<T | undefined> {
    const { reply, body } = await this.exchange(errand, signal);
    try {
      if (reply.status === 404) onAbsence(body);
      if (reply.status === 404 || reply.status === 204 || body === undefined) return undefined;
      return read(body);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new VaultTrouble(
        refusal(`Vault's answer for ${errand.label} makes no sense: ${error.message}`),
      );
    }
  }

  /** As {@link ask}, with the answer as it came: a 200, a 204, a 404, or one that `isAnswer` takes. */
  async exchange(
    errand: Errand,
    signal: AbortSignal,
    isAnswer: (status: number) => boolean = () => false,
  ): Promise<VaultReply> {
    const token = await this.#session.token(signal);
    const answer = await this.#client.request({ ...errand, token }, signal);
    const { status } = answer.reply;
    if (status === 200 || status === 204 || status === 404 || isAnswer(status)) return answer;
    if (status === 403) throw new VaultTrouble(await this.#denied(errand, token, signal));
    throw new VaultTrouble(replyTrouble(answer.reply, errand));
  }

  /** What is mounted where a path leads; what cannot be known counts as a plain mount, and is asked again the next time. */
  async mountOf(path: string, signal: AbortSignal): Promise<Mount> {
    const known = this.#mounts.get(path);
    if (known !== undefined) return known;
    const token = await this.#session.token(signal);
    const found = await findMount(this.#client, path, token, signal);
    if (found === undefined) {
      this.logger.debug(`Vault does not say what is mounted at ${path}: it counts as plain`);
      return { path: '', isKvVersion2: false };
    }
    this.#mounts.set(path, found);
    return found;
  }

  /** Forgets what is mounted there: the answer to a question may say that it is something else now. */
  forgetMountOf(path: string): void {
    this.#mounts.delete(path);
  }

  /** A 403 is about the token as a whole or about what it may do: it may always look itself up. */
  async #denied(errand: Errand, token: string, signal: AbortSignal) {
    const path = 'auth/token/lookup-self';
    const { reply } = await this.#client.request({ path, token }, signal);
    if (reply.status === 200) return deniedTrouble(errand);
    return refusal(
      'Vault does not know the token: it has expired, was revoked, or never was one',
      await this.#session.refused(token),
    );
  }
}

/** What a watch may fail with on its way that a later try can mend, as trouble; undefined for anything else. */
export function troubleOf(error: unknown): VaultTrouble['trouble'] | undefined {
  if (error instanceof VaultTrouble) return error.trouble;
  if (error instanceof UnaskableError) return undefined;
  if (error instanceof AutotmplError) return { nature: 'refusal', reason: error };
  return undefined;
}
