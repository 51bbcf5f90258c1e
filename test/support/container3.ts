import type { Program, ProgramOptions } from './autotmpl.ts';
import { Container } from './container.ts';

/** A container with ContainerPilot 3's config, whose socket is its own. */
export class Container3 extends Container {
  get socket(): string {
    return this.scene.at('socket');
  }

  /** A job that is a service, checked each second. */
  job(fields: object = {}): object {
    return {
      ...{
        name: this.service,
        exec: ['sleep', '60'],
        port: 8000,
        interfaces: ['static:127.0.0.1'],
      },
      health: { exec: 'true', interval: 1, ttl: 5 },
      ...fields,
    };
  }

  up(config: object, options: ProgramOptions = {}): Program {
    return this.start3({ control: { socket: this.socket }, ...config }, options);
  }

  /** The check as Consul names it. */
  get checkId(): string {
    return `service:${this.id}`;
  }

  /** Asks the running program, as a user would. */
  async ask(
    ...words: readonly string[]
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return this.scene.startWith(['-config', this.scene.at('app.json'), ...words]).ended;
  }
}
