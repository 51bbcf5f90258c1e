import type { ControlRequest } from '../control/client.ts';
import { AutotmplError } from '../core/errors.ts';
import type { ControlCommand } from './command-table.ts';
import { suggestWord } from './suggest.ts';

/** What cannot take long. */
const PROMPT_MS = 10_000;

/** A command as it is asked, and what is said when it was done. */
export interface Asking {
  readonly request: ControlRequest;
  /** For people; undefined: the answer speaks for itself. */
  readonly done?: string | ((answer: unknown) => string);
}

/** How each command is asked; `events` is followed, not asked. Throws an AutotmplError (`usage`) for words that mean nothing. */
export function askingOf(
  command: Exclude<ControlCommand, 'events'>,
  words: readonly string[],
): Asking {
  const [first = '', second = ''] = words;
  const job = `/v1/jobs/${encodeURIComponent(first)}`;
  switch (command) {
    case 'status':
      return { request: { method: 'GET', path: '/v1/status', timeoutMs: PROMPT_MS } };
    case 'ping':
      return { request: { method: 'GET', path: '/v3/ping', timeoutMs: PROMPT_MS }, done: 'ok' };
    case 'signal':
      return {
        request: post(`${job}/signal`, { signal: second }, PROMPT_MS),
        done: `${first}: ${second} sent`,
      };
    case 'start':
      return { request: post(`${job}/start`), done: `${first}: starts` };
    case 'stop':
      return { request: post(`${job}/stop`), done: `${first}: stopped` };
    case 'restart':
      return { request: post(`${job}/restart`), done: `${first}: restarts` };
    case 'reload':
      return { request: post('/v3/reload'), done: 'the config was read again' };
    case 'release':
      return {
        request: post('/v1/targets/release', { target: first }, PROMPT_MS),
        done: (answer) =>
          `${first}: ${wasTriedAgain(answer) ? 'is tried again' : 'takes what is there'}`,
      };
    case 'maintenance':
      return maintenance(first);
    case 'putenv':
      return putEnvironment(words);
    case 'putmetric':
      return {
        request: post('/v3/metric', Object.fromEntries(numbers(words)), PROMPT_MS),
        done: `set: ${numbers(words)
          .map(([name]) => name)
          .join(', ')}`,
      };
  }
}

function wasTriedAgain(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'triedAgain' in answer;
}

function post(path: string, body?: unknown, timeoutMs?: number): ControlRequest {
  return {
    method: 'POST',
    path,
    ...(body !== undefined && { body }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

/** ContainerPilot takes any other word for `disable`: a slip must not end maintenance. */
function maintenance(word: string): Asking {
  if (word !== 'enable' && word !== 'disable') {
    throw new AutotmplError(
      'usage',
      `maintenance is enabled or disabled, not ${JSON.stringify(word)}`,
      { advice: suggestWord(word, ['enable', 'disable']) },
    );
  }
  return {
    request: post(`/v3/maintenance/${word}`, undefined, PROMPT_MS),
    done: `maintenance ${word}d`,
  };
}

/** `NAME-` takes a variable away, as `kubectl set env` has it. Of a name that comes twice the last counts. */
function putEnvironment(words: readonly string[]): Asking {
  const values = new Map<string, string | null>();
  for (const word of words) {
    const [, gone] = /^([^=]+)-$/.exec(word) ?? [];
    const [name, value] = gone === undefined ? pairOf(word, 'NAME=VALUE, or NAME-') : [gone, null];
    values.delete(name);
    values.set(name, value);
  }
  const listed = (verb: string, isMeant: (value: string | null) => boolean): string[] => {
    const names = [...values].filter(([, value]) => isMeant(value)).map(([name]) => name);
    return names.length === 0 ? [] : [`${verb}: ${names.join(', ')}`];
  };
  const set = listed('set', (value) => value !== null);
  const unset = listed('unset', (value) => value === null);
  return {
    request: post('/v3/environ', Object.fromEntries(values), PROMPT_MS),
    done: [...set, ...unset].join('; '),
  };
}

/** Split at the first equals sign; a value is never quoted. */
function pairOf(word: string, form: string): readonly [name: string, value: string] {
  const at = word.indexOf('=');
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  throw new AutotmplError(
    'usage',
    at === 0
      ? 'a name is missing before the equals sign'
      : `${JSON.stringify(word)} has no equals sign`,
    { advice: `write ${form}` },
  );
}

function numbers(words: readonly string[]): (readonly [name: string, value: number])[] {
  return words.map((word) => {
    const [name, text] = pairOf(word, 'NAME=NUMBER');
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value)) return [name, value];
    throw new AutotmplError('usage', `${name}: expected a number, found ${JSON.stringify(text)}`);
  });
}
