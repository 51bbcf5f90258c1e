/** What a service tells Consul's agent about itself, by plain HTTP. */

const AGENT = process.env.CONSUL_HTTP_ADDR ?? 'http://127.0.0.1:8500';
const RETRY_MS = 1000;
const LOOK_AGAIN_MS = 5000;
const ANSWER_WITHIN_MS = 2000;

/**
 * The registration of one instance: it tries until the agent takes it, and looks from time to time whether the agent
 * still knows it, since one that was restarted may have forgotten everything.
 */
export class Registration {
  #instance;
  #timer;
  #attempt = Promise.resolve();
  #ending = false;
  #trouble = '';

  /** `instance` has `name`, `id`, `address` and `port`. */
  constructor(instance) {
    this.#instance = instance;
  }

  begin() {
    this.#attempt = this.#try();
  }

  /** Takes the instance out of the catalog, for good. */
  async end() {
    this.#ending = true;
    clearTimeout(this.#timer);
    // A registration that is under way must not arrive after this.
    await this.#attempt;
    await call('PUT', `/v1/agent/service/deregister/${encodeURIComponent(this.#instance.id)}`);
  }

  async #try() {
    const { id, address, port } = this.#instance;
    let pauseMs = LOOK_AGAIN_MS;
    try {
      if (!(await isKnown(id))) {
        await call('PUT', '/v1/agent/service/register', asConsulTakesIt(this.#instance));
        console.log(`${id}: registered at ${address}:${port}`);
      }
      this.#trouble = '';
    } catch (error) {
      // Said once, not every second.
      const trouble = `${error.message}${error.cause ? ` (${error.cause.message})` : ''}`;
      if (trouble !== this.#trouble) console.error(`${id}: not registered: ${trouble}`);
      this.#trouble = trouble;
      pauseMs = RETRY_MS;
    }
    if (!this.#ending) this.#timer = setTimeout(() => this.begin(), pauseMs);
  }
}

/** The agent asks /health; until that was answered once, the instance counts as critical and gets no traffic. */
function asConsulTakesIt({ name, id, address, port }) {
  return {
    ID: id,
    Name: name,
    Address: address,
    Port: port,
    Check: {
      HTTP: `http://${address}:${port}/health`,
      Interval: '1s',
      Timeout: '1s',
      // Nobody else takes a crashed instance out of the catalog.
      DeregisterCriticalServiceAfter: '1m',
    },
  };
}

async function isKnown(id) {
  const response = await ask('GET', `/v1/agent/service/${encodeURIComponent(id)}`);
  if (response.status === 404) return false;
  if (response.ok) return true;
  throw new Error(`Consul answered ${response.status}`);
}

async function call(method, path, body) {
  const response = await ask(method, path, body);
  if (!response.ok) throw new Error(`Consul answered ${response.status}: ${await response.text()}`);
}

function ask(method, path, body) {
  const base = AGENT.includes('://') ? AGENT : `http://${AGENT}`;
  return fetch(new URL(path, base), {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
}
