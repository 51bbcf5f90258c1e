import type { IncomingMessage } from 'node:http';
import { systemCode } from '../../core/errors.ts';
import { presentable, unwell, type Finding } from './finding.ts';

/** Of an answer's body so much is read, for the people who look at the catalog. */
const READ_BYTES = 1000;

/**
 * Asks for a page: 2xx and 3xx are well. Redirects are not followed: the answer itself shows that the server works. A password and
 * the parameters of the address stay out of the finding, since the whole catalog reads that.
 */
export async function probeHttp(url: string, signal: AbortSignal): Promise<Finding> {
  const { request } = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
  const shown = publicPart(url);
  try {
    return await new Promise<Finding>((resolve, reject) => {
      const asked = request(
        url,
        {
          // A connection that is kept would say nothing of a server that takes no new ones.
          agent: false,
          headers: { 'user-agent': 'autotmpl', connection: 'close' },
          signal,
        },
        (answer) => readStart(answer, (body) => resolve(judge(shown, answer, body))),
      );
      asked.on('error', reject);
      asked.end();
    });
  } catch (error) {
    if (signal.aborted) return unwell(`GET ${shown}: no answer`);
    const reason = error instanceof Error ? error.message : String(error);
    return unwell(`GET ${shown}: ${systemCode(error) ?? ''} ${reason}`.replace(/ +/g, ' '));
  }
}

function publicPart(url: string): string {
  if (!URL.canParse(url)) return 'an address that is none';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function judge(
  shown: string,
  { statusCode = 0, statusMessage }: IncomingMessage,
  body: string,
): Finding {
  const good = statusCode >= 200 && statusCode < 400;
  return {
    status: good ? 'passing' : 'critical',
    output: presentable(`GET ${shown}: ${statusCode} ${statusMessage ?? ''}\n${body}`),
    timedOut: false,
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
