/** An instance of a service, as the writer has it. */
export interface Instance {
  readonly service: string;
  readonly id: string;
  readonly address: string;
  readonly port: number;
  /** Whether its check passes: only then it counts. */
  readonly passing: boolean;
}

/** How many instances each service had at a moment. */
interface Mark {
  readonly atMs: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** A change is known to all after so long where nothing is in the way; nobody may rely on more. */
const REMEMBERED_MS = 60_000;

/** What the writer wants the catalog to say, and what it wanted a while ago. */
export class Truth {
  readonly #instances = new Map<string, Instance>();
  readonly #marks: Mark[] = [];
  readonly #now: () => number;
  version = '0';

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Adds an instance, or changes the one of this ID. */
  set(instance: Instance): void {
    this.#instances.set(instance.id, instance);
    this.#mark();
  }

  remove(id: string): void {
    this.#instances.delete(id);
    this.#mark();
  }

  /** All that should be registered. */
  instances(): Instance[] {
    return [...this.#instances.values()];
  }

  /** `address:port` of the passing instances of a service, sorted. */
  places(service: string): string[] {
    return this.instances()
      .filter((instance) => instance.service === service && instance.passing)
      .map(({ address, port }) => `${address}:${port}`)
      .sort();
  }

  /** The least number of passing instances that the service had within the last minute. */
  leastOf(service: string): number {
    const current = this.places(service).length;
    return Math.min(current, ...this.#marks.map(({ counts }) => counts.get(service) ?? 0));
  }

  /** What was before is of no matter: there was too little yet. */
  forget(): void {
    this.#marks.length = 0;
  }

  #mark(): void {
    const atMs = this.#now();
    const services = new Set(this.instances().map(({ service }) => service));
    const counts = new Map([...services].map((name) => [name, this.places(name).length]));
    this.#marks.push({ atMs, counts });
    while (this.#marks.length > 0 && (this.#marks[0]?.atMs ?? 0) < atMs - REMEMBERED_MS) {
      this.#marks.shift();
    }
  }
}
