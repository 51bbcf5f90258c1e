import { constants } from 'node:os';
import { AutotmplError, describeError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { Refusal, jsonAnswer, textAnswer, type HttpAnswer } from './answers.ts';
import type { Controlled, Supervised } from './controlled.ts';
import type { EventStream } from './event-stream.ts';
import { releaseRoute } from './release-route.ts';
import { kindOf, readObject } from './request-body.ts';
import type { Exchange, Route } from './routes.ts';
import { statusReport, type Identity } from './status-report.ts';

/** What the routes of the control socket work with. */
export interface ControlRouteParts {
  readonly controlled: Controlled;
  readonly identity: Identity;
  readonly events: EventStream;
  /** Goes over to what the config says now. */
  readonly reload: Controlled['reload'];
  /** Sets metrics of the user's; throws a Refusal where one is unknown or no number, and sets none then. */
  readonly putMetrics: (values: readonly (readonly [name: string, value: unknown])[]) => void;
}

/** What ContainerPilot promises where a change was taken. */
const UPDATED = { updated: true };

/** What can be asked at the control socket: ContainerPilot 3's paths and ours. */
export function controlRoutes(parts: ControlRouteParts): readonly Route[] {
  return [
    ...lookRoutes(parts),
    ...changeRoutes(parts),
    releaseRoute(parts.controlled),
    ...jobRoutes(parts),
  ];
}

function lookRoutes({ controlled, identity, events }: ControlRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      paths: ['/v3/ping', '/v1/ping'],
      summary: 'answers with an empty line',
      answer: () => textAnswer('\n'),
    },
    {
      method: 'GET',
      paths: ['/v1/status'],
      summary: 'how everything stands, as JSON',
      answer: () => jsonAnswer(statusReport(controlled, identity)),
    },
    {
      method: 'GET',
      paths: ['/v1/events'],
      summary: 'facts as they happen, one JSON object a line',
      answer: ({ request, response }) => {
        if (request.method === 'HEAD') return textAnswer('');
        events.follow(response);
        return Promise.resolve(undefined);
      },
    },
  ];
}

function changeRoutes(parts: ControlRouteParts): readonly Route[] {
  const { controlled, reload, putMetrics } = parts;
  return [
    {
      method: 'POST',
      paths: ['/v3/reload', '/v1/reload'],
      summary:
        'reads the config again; 422 and the reason where it is wrong, and the old one stays',
      answer: async () => {
        const result = await reload('control');
        if (result.ok) return jsonAnswer(UPDATED);
        throw new Refusal(422, result.reason);
      },
    },
    {
      method: 'POST',
      paths: ['/v3/environ', '/v3/env', '/v1/environ'],
      summary: 'sets variables for processes that start later; null takes one away',
      answer: async ({ request }) => {
        const values = environmentOf(await readObject(request));
        supervisedOf(controlled).putEnvironment(values);
        return jsonAnswer(UPDATED);
      },
    },
    {
      method: 'POST',
      paths: ['/v3/metric', '/v1/metric'],
      summary: 'sets metrics of the config that have no command',
      answer: async ({ request }) => {
        putMetrics(await readObject(request));
        return jsonAnswer(UPDATED);
      },
    },
    ...[true, false].map((on): Route => ({
      method: 'POST',
      paths: ['v3', 'v1'].map((version) => `/${version}/maintenance/${on ? 'enable' : 'disable'}`),
      summary: on ? 'takes all services out of the catalog' : 'lets them come back',
      answer: () => {
        supervisedOf(controlled).setMaintenance(on);
        return jsonAnswer(UPDATED);
      },
    })),
  ];
}

function jobRoutes({ controlled }: ControlRouteParts): readonly Route[] {
  const route = (verb: 'start' | 'stop' | 'restart', summary: string): Route => ({
    method: 'POST',
    paths: [`/v1/jobs/NAME/${verb}`],
    summary,
    answer: async (exchange) => {
      const { supervised, job } = jobOf(controlled, exchange);
      await refusing(() => supervised[`${verb}Job`](job));
      return jsonAnswer({ ...UPDATED, job });
    },
  });
  return [
    route('start', 'starts a job now, whatever it waits for'),
    route(
      'stop',
      'takes a job down, and answers when it is; the main job takes the program with it',
    ),
    route('restart', "replaces a job's process by another"),
    {
      method: 'POST',
      paths: ['/v1/jobs/NAME/signal'],
      summary: 'signals the whole process group of a job: {"signal": "HUP"}',
      answer: async (exchange) => signalAnswer(controlled, exchange),
    },
  ];
}

async function signalAnswer(controlled: Controlled, exchange: Exchange): Promise<HttpAnswer> {
  const fields = new Map(await readObject(exchange.request));
  const signal = signalOf(fields.get('signal'));
  const { supervised, job } = jobOf(controlled, exchange);
  if (await refusing(() => Promise.resolve(supervised.signalJob(job, signal)))) {
    return jsonAnswer({ ...UPDATED, job, signal });
  }
  throw new Refusal(409, `${job} has no process that could be signalled`);
}

function supervisedOf(controlled: Controlled): Supervised {
  const supervised = controlled.supervised();
  if (supervised === undefined) throw new Refusal(409, 'nothing is supervised: there are no jobs');
  return supervised;
}

function jobOf(
  controlled: Controlled,
  { segments }: Exchange,
): { readonly supervised: Supervised; readonly job: string } {
  const supervised = supervisedOf(controlled);
  const { NAME: job = '' } = segments;
  const known = supervised.snapshot().jobs.map(({ name }) => name);
  if (known.includes(job)) return { supervised, job };
  const close = nearest(job, known);
  const advice = close === undefined ? '' : `; did you mean ${close}?`;
  throw new Refusal(404, `there is no job ${JSON.stringify(job)}${advice}`, {
    facts: { jobs: known },
  });
}

/** What a part says cannot be done is the asker's to hear, and no defect. */
async function refusing<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof AutotmplError) throw new Refusal(409, describeError(error));
    throw error;
  }
}

function signalOf(value: unknown): NodeJS.Signals {
  if (typeof value !== 'string') {
    throw new Refusal(422, `signal: expected a name such as "HUP", found ${kindOf(value)}`);
  }
  const name = `SIG${value.toUpperCase().replace(/^SIG/, '')}`;
  if (Object.hasOwn(constants.signals, name)) return name as NodeJS.Signals;
  const close = nearest(name, Object.keys(constants.signals));
  throw new Refusal(
    422,
    `signal: there is no ${JSON.stringify(value)}${close === undefined ? '' : `; did you mean ${close.slice(3)}?`}`,
  );
}

/** A value is never quoted: it may be a secret. */
function environmentOf(
  entries: readonly (readonly [name: string, value: unknown])[],
): Record<string, string | null> {
  for (const [name, value] of entries) {
    if (name === '' || /[=\0]/.test(name)) {
      throw new Refusal(422, `${JSON.stringify(name)} cannot be the name of a variable`);
    }
    if (value !== null && typeof value !== 'string') {
      throw new Refusal(422, `${name}: expected a string or null, found ${kindOf(value)}`);
    }
    if (value?.includes('\0') === true) {
      throw new Refusal(422, `${name}: a value cannot hold a NUL`);
    }
  }
  return Object.fromEntries(entries) as Record<string, string | null>;
}
