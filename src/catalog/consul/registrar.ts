import type { HealthReport, Kept, Registrar, ServiceEntry } from '../registrar.ts';
import { openAccess, type AgentParts } from './access.ts';
import { Exchange } from './exchange.ts';
import type { ConsulOptions } from './options.ts';
import { asList, asNumber, asRecord, asText, asTexts, parseJson } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';

/** What the agent holds of an entry; undefined where it knows none of this id. */
type Held = Pick<ServiceEntry, 'name' | 'address' | 'port' | 'tags' | 'meta' | 'enableTagOverride'>;

/**
 * Our entries at a Consul agent (https://developer.hashicorp.com/consul/api-docs/agent/service). The `consul` package drops
 * enableTagOverride and replace-existing-checks, puts a check's output into the URL, and cannot ask for a single service, so these go over
 * our own transport, which also has deadlines and follows the token.
 */
export function createConsulRegistrar(options: ConsulOptions, parts: AgentParts): Registrar {
  const access = openAccess(options, parts);
  const exchange = new Exchange(options, access.way.client);
  /** What was registered last, and under which terms: what an agent does not tell of an entry. */
  const termsOf = new Map<string, string>();

  const register = async (
    entry: ServiceEntry,
    report: HealthReport,
    signal: AbortSignal,
  ): Promise<void> => {
    await exchange.run(
      {
        // What an earlier life registered under this id goes, checks of other ids with it.
        path: '/v1/agent/service/register?replace-existing-checks=true',
        write: registration(entry, report),
        failure: `Consul did not register ${entry.id}`,
        aclRule: `service:write for ${entry.name}`,
      },
      () => undefined,
      signal,
    );
    termsOf.set(entry.id, JSON.stringify(entry.check));
  };

  /** False where the agent knows no such check. */
  const update = (
    { check, name }: ServiceEntry,
    { status, output }: HealthReport,
    signal: AbortSignal,
  ): Promise<boolean> =>
    exchange.run(
      {
        path: `/v1/agent/check/update/${encodeURIComponent(check.id)}`,
        write: { Status: status, Output: output },
        isAnswer: isOkOrUnknown,
        failure: `Consul did not take the health of ${name}`,
        aclRule: `service:write for ${name}`,
      },
      ({ status: answer }) => answer === 200,
      signal,
    );

  return {
    async keep(entry, report, signal): Promise<Kept> {
      const held = await heldEntry(exchange, entry, signal);
      const isRight = held !== undefined && isSame(held, entry);
      const isOurs = termsOf.get(entry.id) === JSON.stringify(entry.check);
      if (isRight && isOurs && (await update(entry, report, signal))) return 'kept';
      // A check that is registered again keeps the health that it had, so that one has to be right before.
      if (held !== undefined) await update(entry, report, signal);
      await register(entry, report, signal);
      // The output is not part of a registration.
      await update(entry, report, signal);
      return held === undefined || isRight ? 'registered' : 'corrected';
    },
    async deregister(id, signal) {
      termsOf.delete(id);
      await exchange.run(
        {
          path: `/v1/agent/service/deregister/${encodeURIComponent(id)}`,
          write: {},
          isAnswer: isOkOrUnknown,
          failure: `Consul did not remove ${id}`,
          aclRule: 'service:write for it',
        },
        () => undefined,
        signal,
      );
    },
    entries: (signal) =>
      exchange.run(
        {
          path: '/v1/agent/services',
          failure: 'Consul did not list its services',
          aclRule: 'service:read',
        },
        ({ body }) => readEntries(body),
        signal,
      ),
    close: () => access.close(),
  };
}

/**
 * An id that the agent does not know is a 404, or in older ones a 500 with words of its own: which they are depends on whether it asks for
 * tokens. Another 500 is no answer: servers without a leader cannot look up a token, say.
 */
function isOkOrUnknown({ status, body }: HttpReply): boolean {
  if (status !== 500) return status === 200 || status === 404;
  return /^(?:unknown (?:service|check)|CheckID .* does not have associated TTL)/i.test(
    body.toString('utf8'),
  );
}

function heldEntry(
  exchange: Exchange,
  { id, name }: ServiceEntry,
  signal: AbortSignal,
): Promise<Held | undefined> {
  return exchange.run(
    {
      path: `/v1/agent/service/${encodeURIComponent(id)}`,
      isAnswer: ({ status }) => status === 200 || status === 404,
      failure: `Consul did not tell of ${id}`,
      aclRule: `service:read for ${name}`,
    },
    ({ status, body }) => (status === 404 ? undefined : readHeld(body)),
    signal,
  );
}

function readHeld(body: Buffer): Held {
  const service = asRecord(parseJson(body), 'the service');
  return {
    name: asText(service.Service, 'Service'),
    address: asText(service.Address, 'Address'),
    port: asNumber(service.Port, 'Port'),
    tags: asList(service.Tags, 'Tags').map((tag) => asText(tag, 'a tag')),
    meta: asTexts(service.Meta, 'Meta'),
    enableTagOverride: service.EnableTagOverride === true,
  };
}

function readEntries(body: Buffer): readonly Pick<ServiceEntry, 'id' | 'name' | 'meta'>[] {
  return Object.values(asRecord(parseJson(body), 'the services')).map((service) => {
    const { ID, Service, Meta } = asRecord(service, 'a service');
    return { id: asText(ID, 'ID'), name: asText(Service, 'Service'), meta: asTexts(Meta, 'Meta') };
  });
}

function isSame(held: Held, entry: ServiceEntry): boolean {
  const facts = ({ name, address, port, tags, meta, enableTagOverride }: Held): string =>
    JSON.stringify([
      ...[name, address, port, enableTagOverride],
      // Where others may change the tags, they are no reason to correct anything.
      enableTagOverride ? [] : tags,
      Object.entries(meta).toSorted(),
    ]);
  return facts(held) === facts(entry);
}

function registration(entry: ServiceEntry, { status }: HealthReport): unknown {
  const { check } = entry;
  return {
    ID: entry.id,
    Name: entry.name,
    Address: entry.address,
    Port: entry.port,
    Tags: entry.tags,
    Meta: entry.meta,
    EnableTagOverride: entry.enableTagOverride,
    Check: {
      CheckID: check.id,
      Name: check.name,
      Notes: check.notes,
      TTL: `${check.ttlMs}ms`,
      Status: status,
      ...(check.deregisterAfterMs === undefined
        ? {}
        : { DeregisterCriticalServiceAfter: `${check.deregisterAfterMs}ms` }),
    },
  };
}
