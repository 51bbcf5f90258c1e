import type { Ask } from '../blocking/request-plan.ts';
import { encodePath } from '../http/api-path.ts';
import { asNumber, asRecord, asText, parseJson } from '../http/shapes.ts';

/** What was registered, or registered otherwise, after an index. What was taken away leaves nothing behind. */
export interface Registrations {
  /** Names of services, in small letters. */
  readonly services: ReadonlySet<string>;
  /** The indexes of these changes. */
  readonly indexes: ReadonlySet<number>;
  /** How much was read to find out. */
  readonly bytes: number;
}

/** Reads the services of nodes, and finds those that changed after an index. Rejects where that cannot be asked. */
export async function findRegistrations(
  nodes: readonly string[],
  parameters: string,
  since: number,
  ask: Ask,
): Promise<Registrations> {
  const services = new Set<string>();
  const indexes = new Set<number>();
  let bytes = 0;
  const readNode = async (node: string): Promise<void> => {
    const path = encodePath(node);
    if (path === undefined) return;
    const { status, body } = await ask(`/v1/catalog/node/${path}${parameters}`);
    bytes += body.length;
    if (status !== 200) return;
    const detail = asRecord(parseJson(body), 'the node');
    for (const one of Object.values(asRecord(detail.Services, 'its services'))) {
      const { Service, ModifyIndex } = asRecord(one, 'a service');
      const index = asNumber(ModifyIndex, 'its index');
      if (index <= since) continue;
      services.add(asText(Service, 'its name').toLowerCase());
      indexes.add(index);
    }
  };
  await Promise.all(nodes.map(readNode));
  return { services, indexes, bytes };
}
