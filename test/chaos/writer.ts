import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { between, oneOf, type Chance } from '../support/chance.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { Chronicle } from './chronicle.ts';
import type { Backends } from './stage/backends.ts';
import { PROGRAM_AGENT, WRITER_AGENT } from './stage/cluster.ts';
import { ask, askJson } from './stage/ask.ts';
import type { Instance, Truth } from './truth.ts';

/** The services that nginx has upstreams for. */
export const SERVICES = ['sales', 'customers'] as const;

/** Of each service so many are never touched: what goes within a minute, liars included, is no more than the guard lets go. */
const STEADY = 6;
const VOLATILE = 3;
const PAUSE_MS = [150, 600] as const;
/** Where the catalog says something else than we do for so long, everything is registered again. */
const AMISS_MS = 1500;
const TENDED_MS = 500;
const KEYS_WITHIN_MS = 30_000;

/** A snippet that nginx refuses. */
export const BAD_SNIPPET = 'this is nothing that nginx knows;';

/**
 * Registers, de-registers and lies about instances through an agent of its own, fails their checks and lets them pass, and writes keys.
 * What it wants is the {@link Truth}; what the cluster lost of that, it brings back.
 */
export class Writer {
  readonly #truth: Truth;
  readonly #backends: Backends;
  readonly #chronicle: Chronicle;
  readonly #chance: Chance;
  #snippet = '# fine';
  #working: Promise<unknown> | undefined;
  #stopped = false;
  #amissSince: number | undefined;

  constructor(truth: Truth, backends: Backends, chronicle: Chronicle, chance: Chance) {
    this.#truth = truth;
    this.#backends = backends;
    this.#chronicle = chronicle;
    this.#chance = chance;
  }

  /** What there is at the beginning. */
  async begin(): Promise<void> {
    for (const service of SERVICES) {
      for (let number = 0; number < STEADY; number += 1) await this.#add(service, number, true);
    }
    const web = { service: 'storefront', id: 'storefront-1', address: '127.0.1.9', port: 9900 };
    this.#truth.set({ ...web, passing: true });
    await this.#register({ ...web, passing: true });
    await this.#writeKeys();
    await this.untilKnown();
    this.#truth.forget();
  }

  /** Works until it is paused. */
  resume(): void {
    this.#stopped = false;
    this.#working = Promise.all([this.#work(), this.#tend()]);
  }

  /** Returns once nothing is under way. */
  async pause(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  /** From now on the file would be one that nginx refuses, or not any more. */
  async useSnippet(snippet: string): Promise<void> {
    this.#snippet = snippet;
    await this.#writeKeys();
  }

  /** One more change, so that everything that waits for one is made again. */
  async touch(): Promise<void> {
    this.#truth.version = String(Number(this.#truth.version) + 1);
    await this.#writeKeys();
    this.#chronicle.count('changes of data');
  }

  /** Resolves once the agent that autotmpl asks says what the writer wants; mends the catalog meanwhile. */
  async untilKnown(timeoutMs = 90_000): Promise<void> {
    await waitUntil(
      async () => {
        if (await this.#isKnown()) return true;
        await this.#mend();
        await sleep(200);
        return false;
      },
      { timeoutMs, what: 'the catalog to say what the writer wants' },
    );
  }

  /** Registers something that is nobody's truth; returns how to take it back. */
  async lie(registration: Readonly<Record<string, unknown>>): Promise<() => Promise<void>> {
    const id = String(registration['ID']);
    const body = JSON.stringify(registration);
    await ask(WRITER_AGENT, 'PUT', '/v1/agent/service/register', body);
    return async () => {
      await waitUntil(() => isDone(deregister(id)), {
        timeoutMs: KEYS_WITHIN_MS,
        what: `${id} to go`,
      });
    };
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      await this.#step();
      await sleep(between(this.#chance, ...PAUSE_MS));
    }
  }

  /** Beside the work, since an agent that is away lets it wait. */
  async #tend(): Promise<void> {
    while (!this.#stopped) {
      await this.#mend();
      await sleep(TENDED_MS);
    }
  }

  async #step(): Promise<void> {
    const service = oneOf(this.#chance, SERVICES);
    const number = between(this.#chance, STEADY, STEADY + VOLATILE - 1);
    const known = this.#truth.instances().find(({ id }) => id === `${service}-${number}`);
    this.#chronicle.count('changes of data');
    const deed = this.#chance();
    // Nobody listens where a liar says that it does.
    if (known === undefined) await this.#add(service, number, deed < 0.8);
    else if (deed < 0.3) await this.#remove(known);
    else if (deed < 0.75) await this.#flap(known);
    else await this.touch().catch(() => undefined);
  }

  async #add(service: string, number: number, isThere: boolean): Promise<void> {
    const port = 9000 + SERVICES.indexOf(service as 'sales') * 100 + number;
    const id = `${service}-${number}`;
    const instance: Instance = { service, id, address: '127.0.1.1', port, passing: true };
    if (isThere) await this.#backends.open(instance);
    this.#truth.set(instance);
    await isDone(this.#register(instance));
  }

  async #remove(instance: Instance): Promise<void> {
    this.#truth.remove(instance.id);
    await isDone(deregister(instance.id));
    this.#backends.release(instance);
  }

  async #flap(instance: Instance): Promise<void> {
    const turned = { ...instance, passing: !instance.passing };
    this.#truth.set(turned);
    await isDone(report(turned));
  }

  async #register(instance: Instance): Promise<void> {
    const { service, id, address, port } = instance;
    await ask(
      WRITER_AGENT,
      'PUT',
      '/v1/agent/service/register',
      JSON.stringify({
        ...{ ID: id, Name: service, Address: address, Port: port },
        Tags: service === 'storefront' ? ['web'] : [],
        Check: { CheckID: `check-${id}`, TTL: '10h', Status: 'passing' },
      }),
    );
    await report(instance);
  }

  async #writeKeys(): Promise<void> {
    await ask(PROGRAM_AGENT, 'PUT', '/v1/kv/chaos/version', this.#truth.version);
    await ask(PROGRAM_AGENT, 'PUT', '/v1/kv/chaos/snippet', this.#snippet);
  }

  /** What was refused, or lost by the cluster, is said again. */
  async #mend(): Promise<void> {
    const isRight = await this.#isKnown();
    this.#amissSince = isRight ? undefined : (this.#amissSince ?? performance.now());
    if (isRight || performance.now() - (this.#amissSince ?? 0) < AMISS_MS) return;
    this.#amissSince = undefined;
    await isDone(this.#registerAll());
  }

  async #registerAll(): Promise<void> {
    const wanted = this.#truth.instances();
    for (const instance of wanted) await this.#register(instance);
    const found = await askJson<Record<string, { Service: string }>>(
      WRITER_AGENT,
      '/v1/agent/services',
    );
    for (const [id, { Service }] of Object.entries(found)) {
      const isOurs = SERVICES.some(
        (service) => id.startsWith(`${service}-`) && service === Service,
      );
      if (isOurs && !wanted.some((instance) => instance.id === id)) await deregister(id);
    }
    await this.#writeKeys();
  }

  async #isKnown(): Promise<boolean> {
    try {
      for (const service of SERVICES) {
        const places = await placesIn(service);
        if (!isDeepStrictEqual(places, this.#truth.places(service))) return false;
      }
      const version = await ask(PROGRAM_AGENT, 'GET', '/v1/kv/chaos/version?raw');
      const snippet = await ask(PROGRAM_AGENT, 'GET', '/v1/kv/chaos/snippet?raw');
      return version.toString() === this.#truth.version && snippet.toString() === this.#snippet;
    } catch {
      return false;
    }
  }
}

async function placesIn(service: string): Promise<string[]> {
  const entries = await askJson<{ Service: { ID: string; Address: string; Port: number } }[]>(
    PROGRAM_AGENT,
    `/v1/health/service/${service}?passing`,
  );
  return entries
    .filter(({ Service }) => !Service.ID.startsWith('hostile'))
    .map(({ Service }) => `${Service.Address}:${Service.Port}`)
    .sort();
}

async function report({ id, passing }: Instance): Promise<void> {
  const verb = passing ? 'pass' : 'fail';
  await ask(WRITER_AGENT, 'PUT', `/v1/agent/check/${verb}/check-${id}`);
}

async function deregister(id: string): Promise<void> {
  await ask(WRITER_AGENT, 'PUT', `/v1/agent/service/deregister/${encodeURIComponent(id)}`);
}

/** Whether it came to be; that it did not is what a run is about. */
async function isDone(act: Promise<unknown>): Promise<boolean> {
  return act.then(
    () => true,
    () => false,
  );
}
