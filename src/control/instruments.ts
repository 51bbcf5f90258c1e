import type * as Package from 'prom-client';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type MetricKey, type MetricRow } from './metric-table.ts';

/** The part of the package that makes metrics; loaded only where somebody asks for metrics. */
export type PromClient = typeof Package;

type OfType<Type extends MetricRow['type']> = {
  [Key in MetricKey]: (typeof METRICS)[Key]['type'] extends Type ? Key : never;
}[MetricKey];

/** Label values by label. */
export type LabelValues = Readonly<Record<string, string | number>>;

/** The metrics of the table, made and registered; each is reached by its key. */
export class Instruments {
  readonly registry: Registry;
  readonly #counters = new Map<MetricKey, Counter>();
  readonly #gauges = new Map<MetricKey, Gauge>();
  readonly #histograms = new Map<MetricKey, Histogram>();

  constructor({ Counter, Gauge, Histogram, Registry }: PromClient) {
    this.registry = new Registry();
    const registers = [this.registry];
    for (const [name, row] of Object.entries(METRICS)) {
      const key = name as MetricKey;
      const options = { name: row.name, help: row.help, labelNames: [...row.labels], registers };
      if (row.type === 'counter') this.#counters.set(key, new Counter(options));
      else if (row.type === 'gauge') this.#gauges.set(key, new Gauge(options));
      else this.#histograms.set(key, new Histogram(options));
    }
  }

  /** Counts one more, or `by`. */
  count(key: OfType<'counter'>, labels: LabelValues = {}, by = 1): void {
    this.#counters.get(key)?.inc({ ...labels }, by);
  }

  /** Starts a counter anew, for one that is read from elsewhere. */
  recount(key: OfType<'counter'>, value: number): void {
    const counter = this.#counters.get(key);
    counter?.reset();
    counter?.inc(value);
  }

  /** Sets a gauge. */
  set(key: OfType<'gauge'>, value: number, labels: LabelValues = {}): void {
    this.#gauges.get(key)?.set({ ...labels }, value);
  }

  /** Forgets all values of gauges, for those that are told whole each time. */
  clear(...keys: readonly OfType<'gauge'>[]): void {
    for (const key of keys) this.#gauges.get(key)?.reset();
  }

  /** Notes how long something took, in milliseconds. */
  took(key: OfType<'histogram'>, durationMs: number, labels: LabelValues = {}): void {
    this.#histograms.get(key)?.observe({ ...labels }, durationMs / 1000);
  }
}
