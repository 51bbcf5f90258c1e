import type { Logger } from '../core/logger.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import type { Controlled } from './controlled.ts';
import { controlRoutes } from './control-routes.ts';
import { ControlSocket } from './control-socket.ts';
import { EventStream } from './event-stream.ts';
import type { ControlSettings, TelemetrySettings } from './settings.ts';
import type { SystemdReport } from './systemd-report.ts';
import { Telemetry, type TelemetryOptions } from './telemetry.ts';

/** What control works with. */
export interface ControlOptions extends TelemetryOptions {
  readonly logger: Logger;
  /** Hears of reloads that were asked for at the socket; absent where no systemd listens. */
  readonly systemd?: Pick<SystemdReport, 'reloading'> | undefined;
}

/** What is served, and where. */
export interface Served {
  readonly control?: ControlSettings | undefined;
  readonly telemetry?: TelemetrySettings | undefined;
}

/**
 * Lets people and machines look and ask: the control socket and telemetry. It changes nothing but by asking a part.
 */
export class Control {
  readonly #options: ControlOptions;
  readonly #events: EventStream;
  readonly #telemetry: Telemetry;
  #socket: ControlSocket | undefined;
  #settings: ControlSettings | undefined;
  #telemetrySettings: TelemetrySettings | undefined;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#events = new EventStream(options.bus, options.clock);
    this.#telemetry = new Telemetry(options);
  }

  /** Where telemetry is served; undefined where it is not. */
  get telemetryAddress(): { readonly host: string; readonly port: number } | undefined {
    return this.#telemetry.address;
  }

  /** The path of the socket; undefined where there is none. */
  get socketPath(): string | undefined {
    return this.#socket?.path;
  }

  /**
   * Goes over to these settings; what stays as it was is not touched. Throws an AutotmplError where a socket or a port cannot be had;
   * what was served before is then served on. A socket that nobody named is only missed with a warning.
   */
  async apply({ control, telemetry }: Served): Promise<void> {
    await this.#telemetry.apply(telemetry);
    try {
      await this.#listen(control);
    } catch (error) {
      await this.#telemetry.apply(this.#telemetrySettings);
      throw error;
    }
    this.#telemetrySettings = telemetry;
  }

  /** Serves nothing any more: the last thing that a program does, so that it can be asked while it stops. */
  async close(): Promise<void> {
    this.#events.stop();
    await this.#socket?.close();
    this.#socket = undefined;
    this.#settings = undefined;
    this.#telemetrySettings = undefined;
    await this.#telemetry.close();
  }

  async #listen(settings: ControlSettings | undefined): Promise<void> {
    const before = this.#socket;
    const same =
      before !== undefined &&
      this.#settings?.socket === settings?.socket &&
      this.#settings?.mode === settings?.mode;
    if (same) return;
    const samePath = before !== undefined && before.path === settings?.socket;
    // Its own socket is alive, and would be refused.
    if (samePath) await before.close();
    try {
      this.#socket = settings === undefined ? undefined : await this.#open(settings);
    } catch (error) {
      if (samePath && this.#settings !== undefined) this.#socket = await this.#open(this.#settings);
      throw error;
    }
    this.#settings = this.#socket === undefined ? undefined : settings;
    if (!samePath) await before?.close();
  }

  async #open(settings: ControlSettings): Promise<ControlSocket | undefined> {
    const { controlled, identity, logger, patienceMs } = this.#options;
    try {
      return await ControlSocket.open({
        settings,
        routes: controlRoutes({
          ...{ controlled, identity, events: this.#events },
          reload: (by) => this.#reload(by),
          putMetrics: (values) => this.#telemetry.putMetrics(values),
        }),
        logger,
        ...(patienceMs !== undefined && { patienceMs }),
        onAnswered: (code, path) => this.#telemetry.requestAnswered(code, path),
      });
    } catch (error) {
      if (settings.byDefault !== true || !(error instanceof AutotmplError)) throw error;
      logger.warn(`nobody can ask this program: ${describeError(error)}`);
      return undefined;
    }
  }

  #reload(by: string): ReturnType<Controlled['reload']> {
    this.#options.systemd?.reloading();
    return this.#options.controlled.reload(by);
  }
}
