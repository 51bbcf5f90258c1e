import { readReport, Statsite, telemetryTo, type Reported } from '../statsite.ts';

/** What an agent reports to: it counts the requests that it took and made itself, and tells of each. */
const KEPT = ['consul.rpc.request', 'consul.client.rpc', 'consul.http'];

/** Counts the requests of one agent by what the agent itself says of them. */
export class Tally {
  /** RPCs that came to a server, from agents and from other servers. */
  taken = 0;
  /** RPCs that a client made. */
  made = 0;
  /** Requests that it answered over HTTP. */
  answered = 0;
  #statsite: Statsite | undefined;

  private constructor() {}

  /** Starts one that listens where {@link agentConfig} tells an agent to report to. */
  static async start(address: string): Promise<Tally> {
    const tally = new Tally();
    tally.#statsite = await Statsite.start((reported) => tally.#count(reported), portOf(address));
    return tally;
  }

  /** What the agent at this address needs in its config. */
  static agentConfig(address: string): Readonly<Record<string, unknown>> {
    return telemetryTo(portOf(address), KEPT);
  }

  /** Takes a line as agents write them. */
  take(line: string): void {
    const reported = readReport(line);
    if (reported !== undefined) this.#count(reported);
  }

  stop(): void {
    this.#statsite?.stop();
  }

  #count({ name, value, kind }: Reported): void {
    if (name === 'consul.rpc.request' && kind === 'c') this.taken += value;
    else if (name === 'consul.client.rpc' && kind === 'c') this.made += value;
    else if (name.startsWith('consul.http.') && kind === 'ms') this.answered += 1;
  }
}

function portOf(address: string): number {
  return 9000 + Number(address.split('.').at(-1));
}
