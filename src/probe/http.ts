import type { IncomingMessage } from 'node:http';
import { systemCode } from '../core/errors.ts';
import type { Sight } from './sight.ts';

/** Of an answer's body so much is read, for people. */
const READ_BYTES = 1000;

/** How Node calls certificates of an authority that it does not know, or of none. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What counts as a good answer beside 2xx: a redirect shows that a server works, and not that the page does. */
export interface GoodAnswer {
  readonly redirects: boolean;
}

/**
 * Asks for a page. Redirects are not followed. A password and the parameters of the address stay out of what is said, since others may
 * read that.
 */
export async function probeHttp(
  url: string,
  good: GoodAnswer,
  signal: AbortSignal,
): Promise<Sight> {
  const { request } = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
  const shown = publicPart(url);
  try {
    return await new Promise<Sight>((resolve, reject) => {
      const asked = request(
        url,
        {
          // A connection that is kept would say nothing of a server that takes no new ones.
          agent: false,
          headers: { 'user-agent': 'autotmpl', connection: 'close' },
          signal,
        },
        (answer) => readStart(answer, (body) => resolve(judge(shown, answer, body, good))),
      );
      asked.on('error', reject);
      asked.end();
    });
  } catch (error) {
    if (signal.aborted) return { ok: false, said: `GET ${shown}: no answer` };
    const reason = error instanceof Error ? error.message : String(error);
    const code = systemCode(error) ?? '';
    const said = `GET ${shown}: ${code} ${reason}`.replace(/ +/g, ' ');
    return { ok: false, said: UNKNOWN_AUTHORITY.has(code) ? `${said}; ${HOW_TO_TRUST}` : said };
  }
}

const HOW_TO_TRUST =
  'to trust it, name a file with its authority in NODE_EXTRA_CA_CERTS, in the environment that autotmpl is started with';

function publicPart(url: string): string {
  if (!URL.canParse(url)) return 'an address that is none';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function judge(
  shown: string,
  { statusCode = 0, statusMessage }: IncomingMessage,
  body: string,
  { redirects }: GoodAnswer,
): Sight {
  const isRedirect = statusCode >= 300 && statusCode < 400;
  const ok = (statusCode >= 200 && statusCode < 300) || (isRedirect && redirects);
  const note = isRedirect && !redirects ? ' (a redirect, which is not followed)' : '';
  return {
    ok,
    said: `GET ${shown}: ${statusCode} ${statusMessage ?? ''}${note}`,
    more: body,
  };
}

/** Calls back with the beginning of the body, and lets go of the rest. */
function readStart(answer: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  answer.setEncoding('utf8');
  answer.on('data', (chunk: string) => {
    body += chunk;
    if (body.length >= READ_BYTES) answer.destroy();
  });
  answer.on('error', () => undefined);
  answer.on('close', () => done(body.slice(0, READ_BYTES)));
}
