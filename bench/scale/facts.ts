import { setKey, type AgentClient, type Operation } from '../agent-client.ts';
import type { Contender } from '../contender.ts';

const KEYS_PER_TEMPLATE = 10;
const SERVICES_PER_NODE = 50;

/** A fact that changes: the file that it belongs into, the words that tell the new value there, and how it is written. */
export interface Change {
  readonly template: number;
  readonly words: string;
  readonly operation: Operation;
}

/**
 * Keys, a tenth as many services with an instance each, and a tenth as many templates: each prints ten keys and a service.
 * `10,000` is ten thousand keys, one thousand services, and one thousand files.
 */
export class ScaleFacts {
  readonly keys: number;
  readonly services: number;
  readonly templates: number;
  #changes = 0;

  /** `keys` is rounded up to whole templates. */
  constructor(keys: number) {
    this.templates = Math.ceil(keys / KEYS_PER_TEMPLATE);
    this.keys = this.templates * KEYS_PER_TEMPLATE;
    this.services = this.templates;
  }

  /** Writes all of them, by transactions. */
  async fill(client: AgentClient): Promise<void> {
    const nodes = Math.ceil(this.services / SERVICES_PER_NODE);
    await client.transact(
      Array.from({ length: nodes }, (_, at) => ({
        Node: { Verb: 'set', Node: { Node: nodeName(at), Address: `10.1.0.${at % 250}` } },
      })),
    );
    await client.transact([
      ...this.#all(this.services, (at) => setService(at, 8000 + (at % 1000))),
      ...this.#all(this.keys, (at) => setKey(keyName(at), `value of ${at}`)),
    ]);
  }

  /** The paths at which an agent tells each of them. */
  paths(): string[] {
    return [
      ...this.#all(this.keys, (at) => `/v1/kv/${keyName(at)}`),
      ...this.#all(this.services, (at) => `/v1/health/service/${serviceName(at)}?passing`),
    ];
  }

  /** The sources of the templates, in a contender's language. */
  sources(contender: Contender): string[] {
    return this.#all(this.templates, (template) => {
      const keys = this.#all(KEYS_PER_TEMPLATE, (at) =>
        contender.keyTemplate(keyName(template * KEYS_PER_TEMPLATE + at)),
      );
      return `${keys.join('\n')}\n${contender.serviceTemplate(serviceName(template))}\n`;
    });
  }

  /** The next that is to change, far from the one before; every eleventh is a service. */
  nextChange(): Change {
    const turn = this.#changes++;
    if (turn % (KEYS_PER_TEMPLATE + 1) === KEYS_PER_TEMPLATE) {
      const template = scattered(turn, this.services);
      const port = 10_000 + (turn % 50_000);
      return { template, words: `:${port}\n`, operation: setService(template, port) };
    }
    const key = scattered(turn, this.keys);
    const words = `change ${turn};`;
    const template = Math.floor(key / KEYS_PER_TEMPLATE);
    return { template, words, operation: setKey(keyName(key), words) };
  }

  #all<Item>(count: number, make: (at: number) => Item): Item[] {
    return Array.from({ length: count }, (_, at) => make(at));
  }
}

/** Another place for each turn, all over the range, before one comes again. */
function scattered(turn: number, count: number): number {
  // A prime that no count of ours is a multiple of.
  return (turn * 7919) % count;
}

function keyName(at: number): string {
  return `bench/app-${Math.floor(at / KEYS_PER_TEMPLATE)}/setting-${at % KEYS_PER_TEMPLATE}`;
}

function serviceName(at: number): string {
  return `app-${at}`;
}

function nodeName(at: number): string {
  return `machine-${at}`;
}

function setService(at: number, port: number): Operation {
  const Service = {
    ID: serviceName(at),
    Service: serviceName(at),
    Address: '10.2.0.1',
    Port: port,
  };
  const Node = nodeName(Math.floor(at / SERVICES_PER_NODE));
  return { Service: { Verb: 'set', Node, Service } };
}
