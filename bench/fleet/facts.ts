import { ask } from '../../test/chaos/stage/ask.ts';
import type { Query } from '../../src/catalog/query.ts';

/** What every program of the fleet follows: the services of one template, with their instances, and a key. */
export const FACTS = { services: 5, instances: 10, keys: 1 } as const;

const SERVICES = Array.from({ length: FACTS.services }, (_, index) => `app-${index}`);
const KEYS = Array.from({ length: FACTS.keys }, (_, index) => `fleet/key-${index}`);

/** The queries of one program. */
export const QUERIES: readonly Query[] = [
  ...SERVICES.map((name): Query => ({ kind: 'service', name, passingOnly: true })),
  ...KEYS.map((path): Query => ({ kind: 'key', path })),
];

/** The facts as they are in the cluster, written at one of its servers. */
export class Facts {
  readonly #server: string;
  #changes = 0;

  constructor(server: string) {
    this.#server = server;
  }

  /** Writes all of them. */
  async fill(): Promise<void> {
    for (const service of SERVICES) {
      for (let index = 0; index < FACTS.instances; index += 1) {
        await this.#register(service, index, 0);
      }
    }
    for (const key of KEYS) await this.#put(key, 'a value');
  }

  /** Changes the one whose turn it is: one query of each program is woken. */
  async change(): Promise<void> {
    this.#changes += 1;
    const turn = this.#changes % QUERIES.length;
    const service = SERVICES[turn];
    if (service !== undefined) await this.#register(service, 0, this.#changes);
    else await this.#put(KEYS[turn - SERVICES.length] ?? '', `value ${this.#changes}`);
  }

  async #register(service: string, index: number, generation: number): Promise<void> {
    const node = { Node: `machine-${index}`, Address: `10.0.0.${index + 1}` };
    const Service = {
      ...{ ID: `${service}-${index}`, Service: service, Port: 8000 + index },
      ...{ Address: node.Address, Tags: ['edge', 'v2'], Meta: { generation: String(generation) } },
    };
    const Check = {
      ...{ Node: node.Node, CheckID: `service:${Service.ID}`, ServiceID: Service.ID },
      ...{ Name: `Service '${service}' check`, Status: 'passing', Output: 'HTTP GET: 200 OK' },
    };
    const body = JSON.stringify({ ...node, Service, Check });
    await ask(this.#server, 'PUT', '/v1/catalog/register', body);
  }

  async #put(key: string, value: string): Promise<void> {
    await ask(this.#server, 'PUT', `/v1/kv/${key}`, value);
  }
}
