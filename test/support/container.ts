import { hostname } from 'node:os';
import { expect } from 'vitest';
import type { Program, ProgramEnd, ProgramOptions } from './autotmpl.ts';
import type { ConsulAgent } from './consul.ts';
import { Scene } from './scene.ts';
import { waitUntil } from './wait-until.ts';

/** What the agent says of a service of its own. */
export interface HeldService {
  readonly ID: string;
  readonly Service: string;
  readonly Address: string;
  readonly Port: number;
  readonly Tags: readonly string[];
  readonly Meta: Readonly<Record<string, string>>;
  readonly EnableTagOverride: boolean;
}

/** What the agent says of a check. */
export interface HeldCheck {
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: string;
  readonly Notes: string;
  readonly Output: string;
  readonly Type: string;
}

let containers = 0;

/**
 * One container, as ContainerPilot's users know it: a config, a main command, and an agent. Its service has a name of its own, so that
 * many containers may use one agent side by side.
 */
export class Container {
  readonly scene = new Scene();
  readonly service: string;
  readonly agent: ConsulAgent;
  #program: Program | undefined;

  constructor(agent: ConsulAgent) {
    this.agent = agent;
    containers += 1;
    this.service = `app-${process.pid}-${containers}`;
  }

  /** The service's id in the catalog. */
  get id(): string {
    return `${this.service}-${hostname()}`;
  }

  /** The agent's address as configs have it. */
  get consul(): string {
    return `127.0.0.1:${this.agent.ports.http}`;
  }

  /** A service of ContainerPilot 2 that is well, checked each second. */
  app(fields: object = {}): object {
    return {
      ...{ name: this.service, port: 8000, health: 'true', poll: 1, ttl: 3 },
      interfaces: ['static:127.0.0.1'],
      ...fields,
    };
  }

  /** What a shell says to wait until {@link tell}. */
  get untilTold(): string {
    return `until [ -e ${this.scene.at('told')} ]; do sleep 0.05; done`;
  }

  /** Ends the waiting of a command. */
  tell(): void {
    this.scene.write('told', '');
  }

  /** A shell command that notes a word, and does more. */
  notes(word: string, more = 'true'): readonly string[] {
    return ['sh', '-c', `echo ${word} >> ${this.scene.at('order')}; ${more}`];
  }

  /** What was noted so far, in order. */
  get order(): string[] {
    return this.scene.exists('order') ? this.scene.read('order').trim().split('\n') : [];
  }

  /** Writes a config; a text is written as it is. */
  write(config: object | string): void {
    const text =
      typeof config === 'string' ? config : JSON.stringify({ consul: this.consul, ...config });
    this.scene.write('app.json', text);
  }

  /** Starts a config of ContainerPilot 2 with its main command. */
  start(
    config: object | string,
    command: readonly string[] = ['sleep', '60'],
    options: ProgramOptions = {},
  ): Program {
    this.write(config);
    return this.startWith(['-config', `file://${this.scene.at('app.json')}`, ...command], options);
  }

  /** Starts the program with these arguments. */
  startWith(args: readonly string[], options: ProgramOptions = {}): Program {
    this.#program = this.scene.startWith(args, options);
    return this.#program;
  }

  /** Starts a config of ContainerPilot 3. */
  start3(config: object | string, options: ProgramOptions = {}): Program {
    this.write(config);
    this.#program = this.scene.startWith(
      ['supervise', '-config', this.scene.at('app.json')],
      options,
    );
    return this.#program;
  }

  /** Runs a config to its end. */
  async run(
    config: object | string,
    command: readonly string[],
    options: ProgramOptions = {},
  ): Promise<ProgramEnd> {
    return this.start(config, command, options).ended;
  }

  async held(id = this.id): Promise<HeldService | undefined> {
    return (await this.#get<Record<string, HeldService>>('/v1/agent/services'))[id];
  }

  async check(id = this.id): Promise<HeldCheck | undefined> {
    return (await this.#get<Record<string, HeldCheck>>('/v1/agent/checks'))[id];
  }

  /** Waits until the entry is there, and its check has this status. */
  async untilStatus(status: string, checkId = this.id, timeoutMs = 30_000): Promise<void> {
    await this.#until(
      `${checkId} to be ${status}`,
      async () => (await this.check(checkId))?.Status === status,
      timeoutMs,
    );
  }

  /** Waits until the catalog has no such entry. */
  async untilGone(id = this.id, timeoutMs = 30_000): Promise<void> {
    await this.#until(
      `${id} to be gone`,
      async () => (await this.held(id)) === undefined,
      timeoutMs,
    );
  }

  /** Waits until a word was noted so often. */
  async untilNoted(word: string, times = 1, timeoutMs = 30_000): Promise<void> {
    await this.#until(
      `${word} to be noted ${times} times, of ${this.order.join(' ')}`,
      () => this.order.filter((one) => one === word).length >= times,
      timeoutMs,
    );
  }

  /** All that was printed so far, by the program and by what it runs: ContainerPilot 2 logs to standard output. */
  get said(): string {
    return `${this.#program?.stdout ?? ''}${this.#program?.stderr ?? ''}`;
  }

  /** Waits until this was printed. */
  async untilSaid(pattern: RegExp): Promise<void> {
    await this.#until(`${String(pattern)} to be said`, () => pattern.test(this.said), 8000);
  }

  /** Ends all, and makes sure that nothing is left: no process, and no entry. */
  async close(): Promise<void> {
    if (this.#program?.isRunning === true) await this.#program.stop();
    await this.#until('every process to be gone', () => this.scene.processes().length === 0, 3000);
    expect(await this.held(), 'an entry that was left').toBeUndefined();
    await this.scene.close();
  }

  async #until(
    what: string,
    condition: () => boolean | Promise<boolean>,
    timeoutMs: number,
  ): Promise<void> {
    try {
      await waitUntil(condition, { what, timeoutMs });
    } catch (error) {
      const { stderr = '', stdout = '' } = this.#program ?? {};
      throw new Error(
        `${(error as Error).message}\n${stderr.slice(-3000)}\n${stdout.slice(-500)}`,
        {
          cause: error,
        },
      );
    }
  }

  async #get<T>(path: string): Promise<T> {
    const { body } = await this.agent.expectOk('GET', path);
    return JSON.parse(body.toString()) as T;
  }
}
