import { STATUS_CODES } from 'node:http';
import { formatDuration } from '../../core/duration.ts';
import { AutotmplError, describeError } from '../../core/errors.ts';
import { UnaskableError } from '../http/api-path.ts';
import { ShapeError } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';
import { wrongServerAdvice, type Trouble } from '../http/trouble.ts';
import type { RequestPlan } from './request-plan.ts';
import type { BlockingServer } from './server.ts';

/** Turns an answer that is no value into trouble, or throws an AutotmplError where no later answer can be another. */
export function replyTrouble(reply: HttpReply, plan: RequestPlan, server: BlockingServer): Trouble {
  const { name } = server;
  const said = firstLine(reply) || (STATUS_CODES[reply.status] ?? '');
  const status = `${reply.status} ${said}`.trimEnd();
  const message = `${name} does not answer ${plan.label}: ${status}`;
  const forAnyQuery = `${name} does not answer: ${status}`;
  const refuse = (text: string, advice?: string): Trouble => ({
    nature: 'refusal',
    reason: new AutotmplError('catalog', text, advice === undefined ? {} : { advice }),
  });
  if (isAboutThePath(reply)) {
    throw new UnaskableError('catalog', `${name} cannot be asked for ${plan.label}: ${status}`);
  }
  if (reply.status === 400 && /HTTP request to an HTTPS server/i.test(said)) {
    return refuse(forAnyQuery, 'write its address with https://');
  }
  if (reply.status === 400) {
    throw new AutotmplError('catalog', `${name} cannot answer ${plan.label}: 400 ${said}`);
  }
  if (reply.status === 401 || reply.status === 403) {
    return refuse(
      message,
      /not found/i.test(said)
        ? `the token is unknown to ${name}: give a valid one`
        : `the token needs ${plan.aclRule}`,
    );
  }
  if (reply.status === 429) {
    return { ...refuse(forAnyQuery, server.limitAdvice), nature: 'limit' };
  }
  if (reply.status >= 500) {
    const unknown = server.unknownPlace.said.test(said);
    return unknown
      ? refuse(message, server.unknownPlace.advice)
      : { ...refuse(forAnyQuery), nature: 'blip', isLeaderless: true };
  }
  if (reply.status === 404 && plan.since !== undefined) {
    throw new AutotmplError('catalog', `this ${name} cannot answer ${plan.label}: ${status}`, {
      advice: `it came with ${plan.since}`,
    });
  }
  return refuse(message, wrongServerAdvice(server));
}

/** Trouble with an answer whose status is good. */
export function strangeAnswer(label: string, error: unknown, server: BlockingServer): Trouble {
  const words = error instanceof ShapeError ? error.message : describeError(error);
  return {
    nature: 'refusal',
    reason: new AutotmplError(
      'catalog',
      `${server.name}'s answer for ${label} makes no sense: ${words}`,
      {
        advice: wrongServerAdvice(server),
        cause: error,
      },
    ),
  };
}

/** Trouble with an answer that servers without a leader gave: it may be old, or have holes. */
export function leaderlessAnswer({ name }: BlockingServer): Trouble {
  return {
    nature: 'refusal',
    isLeaderless: true,
    reason: new AutotmplError(
      'catalog',
      `${name}'s servers have no leader, so their answers are not taken`,
    ),
  };
}

/** Trouble with an answer that the leader was asked for, and a server gave that has not heard from it for long. */
export function agedAnswer(ageMs: number, { name, staleAdvice }: BlockingServer): Trouble {
  return {
    nature: 'refusal',
    isLeaderless: true,
    reason: new AutotmplError(
      'catalog',
      `${name}'s answers are ${formatDuration(ageMs)} old and not the leader's, so they are not taken`,
      staleAdvice === undefined ? {} : { advice: staleAdvice },
    ),
  };
}

/**
 * Whether the agent's HTTP server turned the request away before the API saw it: a 400 without a word is about a character that
 * it does not know how to print (it may know fewer than we do), a 431 about the length.
 */
function isAboutThePath({ status, body }: HttpReply): boolean {
  return status === 431 || (status === 400 && body.length === 0);
}

/** What the agent said, short enough for a message. */
function firstLine(reply: HttpReply): string {
  const line = reply.body.subarray(0, 1000).toString('utf8').trim().split('\n')[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
