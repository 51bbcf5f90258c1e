import { STATUS_CODES } from 'node:http';
import { AutotmplError } from '../../core/errors.ts';
import type { HttpReply } from '../http/exchange.ts';
import { wrongServerAdvice, type Trouble } from '../http/trouble.ts';
import { VAULT } from './server.ts';

/** Trouble on its way up: what a question failed with. */
export class VaultTrouble extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.reason.message);
    this.trouble = trouble;
  }
}

/** What is wrong with the server itself, as its health says (https://developer.hashicorp.com/vault/api-docs/system/health). */
export const HEALTH_WORDS: Readonly<Record<number, readonly [words: string, advice: string]>> = {
  429: ['is a standby, and knows no active server', 'check that the cluster has an active server'],
  472: ['is a secondary for disaster recovery, which serves nobody', 'name the primary cluster'],
  473: ['is a performance standby', 'check that the cluster has an active server'],
  501: ['is not initialized', 'initialize it: vault operator init'],
  503: ['is sealed', 'unseal it: vault operator unseal'],
};

/** What a question was for, as it matters where it is refused. */
export interface Purpose {
  /** What the query is called in messages. */
  readonly label: string;
  /** The path that was asked for, as policies name it. */
  readonly path: string;
  readonly capability: 'read' | 'list' | 'update' | 'create';
  /** What was written; no message quotes it. */
  readonly write?: unknown;
}

/** Makes trouble of the kind that a server's answer is. */
export function refusal(message: string, advice?: string): Trouble {
  const details = advice === undefined ? {} : { advice };
  return { nature: 'refusal', reason: new AutotmplError('catalog', message, details) };
}

/** What stands where a server quotes what was written. */
const WRITTEN = '********';
/** A shorter value is a part of many words. */
const SHORTEST_WRITTEN = 3;

/** Trouble with an answer that is none; 403 and the health of the server are told by those who looked closer. */
export function replyTrouble(reply: HttpReply, { label, write }: Purpose): Trouble {
  const { status } = reply;
  const told = withoutWritten(saidBy(reply), write);
  const message = `Vault does not answer ${label}: ${status} ${told}`.trimEnd();
  const forAnyQuery = `Vault does not answer: ${status} ${told}`.trimEnd();
  if (status === 429) return { ...refusal(forAnyQuery, VAULT.limitAdvice), nature: 'limit' };
  // A standby that has not heard yet of what was written a moment ago.
  if (status === 412) return { ...refusal(message), nature: 'blip' };
  if (status >= 500) return { ...refusal(forAnyQuery), nature: 'blip' };
  if (status === 400 && /HTTP request to an HTTPS server/i.test(told)) {
    return refusal(forAnyQuery, 'write its address with https://');
  }
  return refusal(message, status === 400 ? undefined : wrongServerAdvice(VAULT));
}

/** Trouble with a 403 to a token that is good: the line that its policy lacks. */
export function deniedTrouble({ label, path, capability }: Purpose): Trouble {
  const capabilities =
    capability === 'update' || capability === 'create' ? '"create", "update"' : `"${capability}"`;
  return refusal(
    `Vault does not answer ${label}: 403 permission denied`,
    `the token's policy needs: path "${path}" { capabilities = [${capabilities}] }`,
  );
}

function withoutWritten(text: string, write: unknown): string {
  if (typeof write === 'string') {
    return write.length < SHORTEST_WRITTEN ? text : text.replaceAll(write, WRITTEN);
  }
  if (typeof write !== 'object' || write === null) return text;
  return Object.values(write).reduce<string>((said, value) => withoutWritten(said, value), text);
}

/** What the server said, short enough for a message; its errors never quote a secret. */
export function saidBy({ status, body }: HttpReply): string {
  const said =
    errorsOf(body) ?? body.subarray(0, 1000).toString('utf8').trim().split('\n')[0] ?? '';
  const text = said === '' ? (STATUS_CODES[status] ?? '') : said;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function errorsOf(body: Buffer): string | undefined {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as { readonly errors?: unknown };
    if (!Array.isArray(errors)) return '';
    return errors
      .map((one) =>
        String(one)
          .trim()
          .replaceAll(/\s*\n\s*/g, ' '),
      )
      .join('; ');
  } catch {
    return undefined;
  }
}
