import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { waitUntil } from '../../support/wait-until.ts';
import { ask, askJson } from './ask.ts';
import { SERVER_ADDRESSES } from './agent.ts';

/** Just what the templates need. */
export const LEAST_RULES =
  'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" } key_prefix "chaos/" { policy = "read" }';
/** Nothing of the catalog any more. */
export const NARROWED_RULES = 'key_prefix "chaos/" { policy = "read" }';
/** The secret that autotmpl begins with. */
export const PROGRAM_TOKEN = '11111111-2222-4333-8444-555555555555';

const POLICY_NAME = 'autotmpl';
const DONE_WITHIN_MS = 30_000;

interface Named {
  readonly ID: string;
  readonly Name: string;
}

/** The token that autotmpl reads from a file, and what it may do. What is done here is tried until the cluster takes it. */
export class Tokens {
  readonly #file: string;
  #secret = PROGRAM_TOKEN;

  constructor(file: string) {
    this.#file = file;
  }

  get secret(): string {
    return this.#secret;
  }

  /** Makes the policy and the token, and gives it to autotmpl. */
  async create(secret: string): Promise<void> {
    this.#secret = secret;
    await this.allow(LEAST_RULES);
    await this.#untilDone('a token', async () => {
      const token = { SecretID: secret, Policies: [{ Name: POLICY_NAME }] };
      await ask(server(), 'PUT', '/v1/acl/token', JSON.stringify(token)).catch((error: Error) => {
        if (!error.message.includes('already in use')) throw error;
      });
    });
    writeFileSync(`${this.#file}.new`, secret, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** Makes what there was, after the cluster lost it. */
  async restore(): Promise<void> {
    await this.create(this.#secret);
  }

  /** Gives autotmpl another token; returns the old one's secret, which still holds. */
  async renew(): Promise<string> {
    const old = this.#secret;
    await this.create(randomUUID());
    return old;
  }

  /** The policy has these rules from now on. */
  async allow(rules: string): Promise<void> {
    await this.#untilDone('a policy', async () => {
      const policies = await askJson<Named[]>(server(), '/v1/acl/policies');
      const known = policies.find(({ Name }) => Name === POLICY_NAME);
      const body = JSON.stringify({ Name: POLICY_NAME, Rules: rules, ID: known?.ID });
      await ask(
        server(),
        'PUT',
        `/v1/acl/policy${known === undefined ? '' : `/${known.ID}`}`,
        body,
      );
    });
  }

  /** Deletes a token by its secret. */
  async remove(secret: string): Promise<void> {
    await this.#untilDone('the end of a token', async () => {
      const tokens = await askJson<{ AccessorID: string; SecretID?: string }[]>(
        server(),
        '/v1/acl/tokens',
      );
      for (const { AccessorID } of tokens) {
        const token = await askJson<{ SecretID: string }>(server(), `/v1/acl/token/${AccessorID}`);
        if (token.SecretID === secret) await ask(server(), 'DELETE', `/v1/acl/token/${AccessorID}`);
      }
    });
  }

  async #untilDone(what: string, act: () => Promise<void>): Promise<void> {
    let failed: unknown;
    const isDone = async () => {
      try {
        await act();
        return true;
      } catch (error) {
        failed = error;
        return false;
      }
    };
    try {
      await waitUntil(isDone, { timeoutMs: DONE_WITHIN_MS, what });
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${String(failed)}`, { cause: error });
    }
  }
}

/** Whichever: it passes on to the leader. */
function server(): string {
  return SERVER_ADDRESSES[0];
}
