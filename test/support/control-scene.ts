import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { askControl, type ControlRequest } from '../../src/control/client.ts';
import { Control, type ControlOptions, type Served } from '../../src/control/control.ts';
import { Bus } from '../../src/core/bus.ts';
import { systemClock } from '../../src/core/time.ts';
import { recordingLogger } from './recording-logger.ts';
import { ScriptedControlled } from './scripted-control.ts';

/** Control over a program that a test scripts, at a socket in a folder of its own. */
export class ControlScene {
  readonly controlled = new ScriptedControlled();
  readonly bus = new Bus((error) => {
    throw error;
  });
  readonly logger = recordingLogger();
  readonly control: Control;
  readonly folder: string;

  private constructor(folder: string, options: Partial<ControlOptions>) {
    this.folder = folder;
    this.control = new Control({
      controlled: this.controlled,
      identity: { version: '1.2.3', pid: process.pid, startedAt: 0 },
      bus: this.bus,
      clock: systemClock,
      logger: this.logger,
      environment: () => ({ PATH: process.env.PATH ?? '', SCENE: folder }),
      chooseAddress: () => '127.0.0.1',
      ...options,
    });
  }

  /** Makes one; nothing is served before `serve`. */
  static async create(options: Partial<ControlOptions> = {}): Promise<ControlScene> {
    return new ControlScene(await mkdtemp(join(tmpdir(), 'autotmpl-control-')), options);
  }

  get socket(): string {
    return join(this.folder, 'autotmpl.sock');
  }

  /** Serves the control socket, and whatever else is said. */
  async serve(served: Partial<Served> = {}): Promise<void> {
    await this.control.apply({ control: { socket: this.socket, mode: 0o600 }, ...served });
  }

  /** Asks over the socket, and returns the answer's JSON. */
  async ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const asked: ControlRequest = { method, path, ...(body !== undefined && { body }) };
    return JSON.parse((await askControl(this.socket, asked)).text);
  }

  /** Sends bytes as they are, and returns all that comes back until the other side closes. */
  async send(
    text: string | Buffer,
    options: { readonly halfOpen?: boolean } = {},
  ): Promise<string> {
    const socket = this.connect();
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    if (options.halfOpen === true) socket.end(text);
    else socket.write(text);
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    return Buffer.concat(received).toString('latin1');
  }

  /** A connection that a test does with as it likes. */
  connect(): Socket {
    const socket = connect(this.socket);
    socket.on('error', () => undefined);
    return socket;
  }

  /** Ends it, and removes its folder. */
  async end(): Promise<void> {
    await this.control.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
