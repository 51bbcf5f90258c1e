import type { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { AutotmplError } from '../core/errors.ts';
import { Refusal } from './answers.ts';
import type { PromClient } from './instruments.ts';
import { kindOf } from './request-body.ts';
import type { SensorSettings } from './settings.ts';

type UserMetric =
  | { readonly type: 'counter'; readonly metric: Counter }
  | { readonly type: 'gauge'; readonly metric: Gauge }
  | { readonly type: 'histogram'; readonly metric: Histogram }
  | { readonly type: 'summary'; readonly metric: Summary };

interface Known {
  readonly sensor: SensorSettings;
  readonly made: UserMetric;
}

/** What Prometheus' own client for Go reports of a summary, and so ContainerPilot did. */
const PERCENTILES = [0.5, 0.9, 0.99];

/** The name that a metric is exported by: the parts that are not empty, joined by underscores. */
export function metricName({ namespace, subsystem, name }: SensorSettings): string {
  return [namespace, subsystem, name].filter((part) => part !== '').join('_');
}

/**
 * Metrics of the user's own. A counter is raised by a value, a gauge set to it, a histogram or summary observes it, as in
 * ContainerPilot.
 */
export class UserMetrics {
  readonly #client: PromClient;
  readonly #registry: Registry;
  #known = new Map<string, Known>();

  constructor(client: PromClient, registry: Registry) {
    this.#client = client;
    this.#registry = registry;
  }

  /** Names of all, as they are exported. */
  get names(): readonly string[] {
    return [...this.#known.keys()];
  }

  /**
   * Makes sure that these can be had. Throws an AutotmplError (`config`) where a name is taken, twice there or no name at all.
   */
  check(sensors: readonly SensorSettings[]): void {
    const seen = new Set<string>();
    for (const sensor of sensors) {
      const name = metricName(sensor);
      const wrong = this.#isWrong(name, seen);
      if (wrong !== undefined) throw new AutotmplError('config', `telemetry: ${wrong}`);
      seen.add(name);
    }
  }

  /** Goes over to these; those that stay as they were keep their values. Check them before. */
  use(sensors: readonly SensorSettings[]): void {
    const next = new Map(sensors.map((sensor) => [metricName(sensor), sensor]));
    for (const [name, { sensor }] of this.#known) {
      const follower = next.get(name);
      if (follower?.type === sensor.type && follower.help === sensor.help) continue;
      this.#registry.removeSingleMetric(name);
      this.#known.delete(name);
    }
    this.#known = new Map(
      [...next].map(([name, sensor]) => [
        name,
        { sensor, made: this.#known.get(name)?.made ?? this.#make(name, sensor) },
      ]),
    );
  }

  /** Takes a value. Throws a Refusal (422) where a metric is unknown, or does not take it. */
  record(name: string, value: number): void {
    const { made } = this.#find(name);
    refuseValue(name, made.type, value);
    take(made, value);
  }

  /** Takes all of these values, or none. Throws a Refusal (422). */
  put(values: readonly (readonly [name: string, value: unknown])[]): void {
    const checked = values.map(([name, value]) => {
      const { made } = this.#find(name);
      if (typeof value !== 'number') {
        throw new Refusal(422, `${name}: expected a number, found ${kindOf(value)}`);
      }
      refuseValue(name, made.type, value);
      return { made, value };
    });
    for (const { made, value } of checked) take(made, value);
  }

  /** By its exported name, or as ContainerPilot 3 joined the parts, the empty ones too: `__name`. */
  #find(name: string): Known {
    const exact = this.#known.get(name);
    if (exact !== undefined) return exact;
    for (const known of this.#known.values()) {
      const { namespace, subsystem, name: last } = known.sensor;
      if (`${namespace}_${subsystem}_${last}` === name) return known;
    }
    const known = this.names.length === 0 ? 'none is in the config' : this.names.join(', ');
    throw new Refusal(422, `there is no metric ${JSON.stringify(name)}; known: ${known}`, {
      facts: { metrics: this.names },
    });
  }

  #isWrong(name: string, seen: ReadonlySet<string>): string | undefined {
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
      return `${JSON.stringify(name)} cannot be the name of a metric`;
    }
    if (seen.has(name)) return `the metric ${name} is there twice`;
    const isOurs =
      this.#registry.getSingleMetric(name) !== undefined && this.#known.get(name) === undefined;
    return isOurs ? `the metric ${name} is one of autotmpl's own` : undefined;
  }

  #make(name: string, { type, help }: SensorSettings): UserMetric {
    const { Counter, Gauge, Histogram, Summary } = this.#client;
    // Prometheus wants a text here.
    const options = { name, help: help === '' ? name : help, registers: [this.#registry] };
    switch (type) {
      case 'counter':
        return { type, metric: new Counter(options) };
      case 'gauge':
        return { type, metric: new Gauge(options) };
      case 'histogram':
        return { type, metric: new Histogram(options) };
      case 'summary':
        return { type, metric: new Summary({ ...options, percentiles: PERCENTILES }) };
    }
  }
}

function take(made: UserMetric, value: number): void {
  if (made.type === 'counter') made.metric.inc(value);
  else if (made.type === 'gauge') made.metric.set(value);
  else made.metric.observe(value);
}

function refuseValue(name: string, type: SensorSettings['type'], value: number): void {
  if (!Number.isFinite(value)) throw new Refusal(422, `${name}: ${value} cannot be taken`);
  if (type === 'counter' && value < 0) {
    throw new Refusal(422, `${name}: a counter is raised, never lowered`);
  }
}
