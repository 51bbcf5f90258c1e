import { createCatalog, createSharedAnswers } from '../../src/catalog/index.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_STALE_MS } from '../../src/catalog/consul/options.ts';
import type { ConsulOptions } from '../../src/catalog/consul/options.ts';
import type { Logger } from '../../src/core/logger.ts';
import { systemClock } from '../../src/core/time.ts';
import { HTTP_PORT } from '../../test/chaos/stage/agent.ts';
import { QUERIES } from './facts.ts';
import type { Way } from './results.ts';

const SILENT: Logger = {
  ...{ trace: () => undefined, debug: () => undefined, info: () => undefined },
  ...{ warn: () => undefined, error: (message) => console.error(message) },
};
const PARTS = { clock: systemClock, logger: SILENT };
/** What all programs of the fleet know their one template by. */
const GROUP = 'fleet';
const SHARING = { prefix: 'consul-template/dedup/', ttlMs: 15_000 };

/** The catalog of one program of the fleet, as the daemon makes it of its settings, with the queries of one template. */
export class FleetProgram {
  /** Answers so far. */
  news = 0;
  /** Resolves once every query is answered. */
  readonly ready: Promise<void>;
  readonly #catalog: Catalog;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(agentAddress: string, way: Way, waitMs: number, name: string) {
    this.#catalog = catalogOf(agentAddress, way, waitMs, name);
    let unanswered = QUERIES.length;
    let isReady: () => void = () => undefined;
    this.ready = new Promise((resolve) => (isReady = resolve));
    const follow = async (query: (typeof QUERIES)[number]): Promise<void> => {
      let isAnswered = false;
      for await (const { state } of this.#catalog.watch(query, this.#stopping.signal)) {
        if (state !== 'fresh') continue;
        this.news += 1;
        if (!isAnswered && --unanswered === 0) isReady();
        isAnswered = true;
      }
    };
    this.#ended = Promise.all(QUERIES.map(follow));
  }

  /** Ends its queries; the agent goes on with them until their waits are over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
    this.#catalog.close();
  }
}

function catalogOf(host: string, way: Way, waitMs: number, holder: string): Catalog {
  const maxStaleMs = DEFAULT_MAX_STALE_MS;
  const consul: ConsulOptions = {
    address: { transport: 'tcp', secure: false, host, port: HTTP_PORT, pathPrefix: '' },
    tls: { verify: true },
    ...{ waitMs, maxConnections: DEFAULT_MAX_CONNECTIONS },
    ...(way === 'stale' || way === 'cached' ? { reads: { mode: way, maxStaleMs } } : {}),
  };
  const choice = { backend: 'consul', consul } as const;
  const catalog = createCatalog(choice, {}, PARTS);
  if (way !== 'deduplicate') return catalog;
  const asked = { catalog, groupsOf: () => [GROUP], holder };
  return createSharedAnswers(choice, { ...SHARING, maxStaleMs, waitMs }, asked, PARTS) ?? catalog;
}
