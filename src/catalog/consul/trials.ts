import type { Ask, Finding } from '../blocking/request-plan.ts';
import { encodePath, parametersOf } from '../http/api-path.ts';
import type { HttpReply } from '../http/exchange.ts';

/**
 * Questions by name that the servers refuse to a token without the right, where they only leave things out of lists. `/v1/internal/acl/authorize`, which is
 * made for the purpose, is of no use: a client agent answers it from its cache, with yes for half a minute after a right was taken away,
 * and with no to everything while it knows no server (seen on 1.8.7). These are passed on to the servers.
 */
export interface Trial {
  readonly path: string;
  /** The rule that a token lacks which is refused. */
  readonly rule: string;
  /** Whether a 404 is the servers' word for what does not exist; else it is an agent's that does not know the question. */
  readonly isAbsence: (reply: HttpReply) => boolean;
}

/** Where a query looks, as parameters of the API. */
export type ScopeParameters = Readonly<Record<string, string | undefined>>;

/** Of what is missing, so many are asked about: rights go by prefixes, so what is lost is lost together. */
const MOST = 4;

/** Tries to read the config of services, which takes the right to the services themselves. */
export function tryServices(
  names: readonly string[],
  scope: ScopeParameters,
  rule: string,
): readonly Trial[] {
  return trials(names, (name) => ({
    path: `/v1/config/service-defaults/${name}${parametersOf(scope)}`,
    rule,
    isAbsence: ({ body }) => /config entry not found/i.test(body.toString('latin1')),
  }));
}

/** Tries to read where nodes are, which takes the right to the nodes themselves. */
export function tryNodes(
  names: readonly string[],
  { dc, partition }: ScopeParameters,
  rule: string,
): readonly Trial[] {
  return trials(names, (name) => ({
    path: `/v1/coordinate/node/${name}${parametersOf({ dc, partition })}`,
    rule,
    isAbsence: ({ body }) => body.length === 0,
  }));
}

/** Tries to read single keys. */
export function tryKeys(
  paths: readonly string[],
  scope: ScopeParameters,
  rule: string,
): readonly Trial[] {
  return trials(paths, (path) => ({
    path: `/v1/kv/${path}${parametersOf(scope)}`,
    rule,
    isAbsence: ({ body }) => body.length === 0,
  }));
}

/** Makes all trials at once: a refusal counts for all. Rejects where the agent cannot be asked. */
export async function findRights(trials: readonly Trial[], ask: Ask): Promise<Finding> {
  const findings = await Promise.all(
    trials.map(async (trial) => readFinding(trial, await ask(trial.path))),
  );
  const refused = findings.find((finding) => typeof finding === 'object');
  if (refused !== undefined) return refused;
  const isKnown = findings.length > 0 && findings.every((finding) => finding === 'granted');
  return isKnown ? 'granted' : 'unknown';
}

function readFinding({ rule, isAbsence }: Trial, reply: HttpReply): Finding {
  if (reply.status === 200 || (reply.status === 404 && isAbsence(reply))) return 'granted';
  const isRefused =
    reply.status === 403 && /permission denied/i.test(reply.body.toString('latin1'));
  return isRefused ? { missing: rule } : 'unknown';
}

function trials(names: readonly string[], make: (escaped: string) => Trial): readonly Trial[] {
  return [...new Set(names)].slice(0, MOST).flatMap((name) => {
    const escaped = encodePath(name);
    return escaped === undefined ? [] : [make(escaped)];
  });
}
