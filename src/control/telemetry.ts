import { begin, type Begun } from '../core/actor.ts';
import type { Logger } from '../core/logger.ts';
import { Refusal } from './answers.ts';
import { createMetrics, type Metrics, type MetricsParts } from './metrics.ts';
import { Sensor } from './sensors.ts';
import type { SensorSettings, TelemetrySettings } from './settings.ts';
import { telemetryRoutes } from './telemetry-routes.ts';
import { isInUse, TelemetryServer } from './telemetry-server.ts';

/** What telemetry works with. */
export interface TelemetryOptions extends MetricsParts {
  readonly logger: Logger;
  /** What the commands of sensors find in their environment. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** The address of this machine that ContainerPilot's interface specifications choose. Throws an AutotmplError. */
  readonly chooseAddress: (interfaces: readonly string[]) => string;
  /** How long a connection may take to say what it wants, and to read its answer; 10 s. */
  readonly patienceMs?: number;
}

/** Serves metrics and status on a port, and measures what the user's sensors measure; all of it may change while it runs. */
export class Telemetry {
  readonly #options: TelemetryOptions;
  #metrics: Metrics | undefined;
  #server: TelemetryServer | undefined;
  #asked: { readonly host: string; readonly port: number } | undefined;
  readonly #sensors = new Map<string, Begun<Sensor>>();

  constructor(options: TelemetryOptions) {
    this.#options = options;
  }

  /** Where it is served; undefined where it is not. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.#server;
  }

  /**
   * Goes over to these settings; undefined: nothing is served. Throws an AutotmplError (`config`), and all stays as it was, where a port
   * cannot be had or a metric cannot be made. What stays as it was goes on: the port, counters and sensors.
   */
  async apply(settings: TelemetrySettings | undefined): Promise<void> {
    if (settings === undefined) return this.close();
    const metrics = this.#metrics ?? (await createMetrics(this.#options));
    try {
      metrics.user.check(settings.sensors);
      await this.#listen(settings, metrics);
    } catch (error) {
      if (this.#metrics === undefined) metrics.close();
      throw error;
    }
    this.#metrics = metrics;
    metrics.user.use(settings.sensors);
    await this.#measure(settings.sensors, metrics);
  }

  /** A request at the control socket was answered. */
  requestAnswered(code: number, path: string): void {
    this.#metrics?.requestAnswered(code, path);
  }

  /** Sets metrics of the user's, all or none. Throws a Refusal (422). */
  putMetrics(values: readonly (readonly [name: string, value: unknown])[]): void {
    if (this.#metrics === undefined) {
      throw new Refusal(422, 'there are no metrics: the config has no telemetry');
    }
    this.#metrics.user.put(values);
  }

  /** Serves and measures nothing any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#sensors.values()].map((sensor) => sensor.stop()));
    this.#sensors.clear();
    await this.#server?.close();
    this.#server = undefined;
    this.#asked = undefined;
    this.#metrics?.close();
    this.#metrics = undefined;
  }

  async #listen(settings: TelemetrySettings, metrics: Metrics): Promise<void> {
    const { port, interfaces } = settings;
    const { chooseAddress, controlled, identity, logger, patienceMs } = this.#options;
    const host = interfaces === undefined ? settings.host : chooseAddress(interfaces);
    const asked = { host, port };
    if (this.#asked?.host === host && this.#asked.port === port) return;
    const routes = telemetryRoutes(controlled, identity, metrics);
    const open = (where: { host: string; port: number }): Promise<TelemetryServer> =>
      TelemetryServer.open({
        ...where,
        routes,
        logger,
        ...(patienceMs !== undefined && { patienceMs }),
      });
    const before = this.#server;
    this.#server = await open(asked).catch(async (error: unknown) => {
      // The same port on another address may be in nobody's way but our own.
      if (before === undefined || before.port !== port || !isInUse(error)) throw error;
      await before.close();
      return open(asked).catch(async (again: unknown) => {
        this.#server = await open(before);
        throw again;
      });
    });
    this.#asked = asked;
    await before?.close();
    logger.info('telemetry is served', { host, port: this.#server.port });
  }

  async #measure(sensors: readonly SensorSettings[], metrics: Metrics): Promise<void> {
    const wanted = new Map(sensors.map((sensor) => [JSON.stringify(sensor), sensor]));
    for (const [key, sensor] of [...this.#sensors]) {
      if (wanted.has(key)) continue;
      this.#sensors.delete(key);
      await sensor.stop();
    }
    const { clock, logger, environment } = this.#options;
    for (const [key, settings] of wanted) {
      if (this.#sensors.has(key) || settings.command === undefined) continue;
      const sensor = new Sensor({
        settings,
        record: (name, value) => metrics.user.record(name, value),
        onFailure: (name) => metrics.sensorFailed(name),
        ...{ environment, clock, logger },
      });
      this.#sensors.set(key, begin(sensor));
    }
  }
}
