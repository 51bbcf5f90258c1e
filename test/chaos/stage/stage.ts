import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../support/wait-until.ts';
import type { Chronicle } from '../chronicle.ts';
import { fixture } from '../fixtures.ts';
import { Backends } from './backends.ts';
import { AGENT_ADDRESSES, Cluster } from './cluster.ts';
import { programConfig } from './config.ts';
import { Disk } from './disk.ts';
import { Network } from './network.ts';
import { WatchedProgram } from './program.ts';
import { Proxy } from './proxy.ts';
import { Stranger } from './stranger.ts';
import { Tokens } from './tokens.ts';

const FIRST_FILE_WITHIN_MS = 20_000;

const COMMANDS = ['check', 'reload', 'probe'] as const;

/** A command that can be told what to do. */
export type Told = (typeof COMMANDS)[number];
/** What a command does: its work, nothing but fail, or nothing at all. */
export type Behaviour = 'work' | 'fail' | 'hang';

/** Everything that takes part, in one folder. */
export class Stage {
  readonly folder: string;
  readonly network: Network;
  readonly tokens: Tokens;
  readonly cluster: Cluster;
  readonly backends = new Backends();
  readonly disk: Disk;
  readonly proxy: Proxy;
  readonly stranger: Stranger;
  readonly program: WatchedProgram;
  readonly #chronicle: Chronicle;

  constructor(folder: string, chronicle: Chronicle) {
    this.folder = folder;
    this.#chronicle = chronicle;
    mkdirSync(join(folder, 'behaviour'));
    for (const command of COMMANDS) {
      copyFileSync(fixture(`chaos/${command}.sh`), join(folder, `${command}.sh`));
      this.behave(command, 'work');
    }
    for (const name of ['nginx.conf.njk', 'services.json.njk']) {
      copyFileSync(fixture(`chaos/${name}`), join(folder, name));
    }
    this.network = new Network(AGENT_ADDRESSES);
    this.tokens = new Tokens(join(folder, 'token'));
    this.cluster = new Cluster(folder, this.tokens);
    this.disk = new Disk(join(folder, 'out'));
    this.proxy = new Proxy(folder);
    this.stranger = new Stranger(this.disk.folder, folder);
    this.program = new WatchedProgram(folder, programConfig());
  }

  /** A path in the folder. */
  at(name: string): string {
    return join(this.folder, name);
  }

  /** A file of the folder; empty where there is none. */
  read(name: string): string {
    return existsSync(this.at(name)) ? readFileSync(this.at(name), 'utf8') : '';
  }

  /** What a command does from now on. */
  behave(command: Told, behaviour: Behaviour): void {
    writeFileSync(this.at(`behaviour/${command}`), `${behaviour}\n`);
  }

  /** Starts the program; that it ends by itself breaks a promise. */
  startProgram(): void {
    this.program.start((how) => this.#chronicle.break('the program goes on', how));
  }

  /** Asks the program to end, and has it do so. */
  async endProgram(): Promise<void> {
    const code = await this.program.end('SIGTERM');
    if (code === 0) return;
    this.#chronicle.break('the program ends when it is asked to, with 0', `exit code ${code}`);
  }

  /** Starts the program and the proxy, once the catalog has its facts. */
  async begin(): Promise<void> {
    this.startProgram();
    await waitUntil(() => existsSync(this.at('out/nginx.conf')), {
      timeoutMs: FIRST_FILE_WITHIN_MS,
      what: `the first file; the log is:\n${this.program.log().slice(-3000)}`,
    });
    await this.proxy.start();
  }

  /** What lies on the small disk goes with its namespace: copies it to where it stays. */
  keep(): void {
    cpSync(this.at('out'), this.at('out-kept'), { recursive: true });
  }

  /** Ends all that runs. */
  async stop(): Promise<void> {
    await this.program.end('SIGTERM');
    await this.proxy.stop();
    this.backends.stop();
    await this.cluster.stop();
    this.disk.remove();
  }
}
