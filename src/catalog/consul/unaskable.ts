import type { Query } from '../query.ts';
import type { Value } from '../values.ts';

/** Longer names make the message longer, not clearer. */
const SHOWN_CHARACTERS = 80;

/**
 * What a query for such a name is answered with; undefined where it stays an error.
 *
 * Consul registers services and nodes under any name, and lists them, so that a template that asks for each one in a list asks
 * for what somebody put there. Nobody can reach anything under a name that cannot be asked for: there is nothing, rather than
 * no file for all the others. Keys and certificates are named by those who run the place, and a mistake is theirs to know.
 */
export function nothingUnder(query: Query): Value | undefined {
  if (query.kind === 'service' || query.kind === 'connect') return [];
  return query.kind === 'node' ? null : undefined;
}

/** The warning about a query that is answered so; a name is one word of it, whatever it holds. */
export function sayUnaskable(query: Query): string {
  const name = 'name' in query ? (query.name ?? '') : '';
  const shown = JSON.stringify(name.slice(0, SHOWN_CHARACTERS));
  const whole = name.length > SHOWN_CHARACTERS ? `${shown}…` : shown;
  return query.kind === 'node'
    ? `Consul's HTTP API cannot be asked for a node called ${whole}: it counts as one that nobody knows`
    : `Consul's HTTP API cannot be asked for a service called ${whole}: it counts as one without instances`;
}
