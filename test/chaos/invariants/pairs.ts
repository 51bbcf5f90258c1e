import { upstreamsOf } from './upstreams.ts';

/** Two files of one group may differ for the moment between two renames; a busy machine makes it a long one. */
const MOMENT_MS = 5000;
/** What only one of the two files shows: an address or a port that is none is left out of nginx's. */
const IS_PLACE = /^127\.0\.1\.1:9\d{3}$/;

/** What a file of the group was made of, in words that are the same for both; undefined where it is not one of them. */
export function factsOf(name: string, text: string): string | undefined {
  if (name === 'nginx.conf') {
    const upstreams = upstreamsOf(text);
    const places = (service: string) => upstreams.get(service) ?? [];
    return describe(/# version (\d+)/.exec(text)?.[1], places);
  }
  if (name !== 'services.json') return undefined;
  const facts = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return describe(String(facts['version']), (service) =>
    (facts[service] as readonly (readonly unknown[])[]).map(
      ([, address, port]) => `${String(address)}:${String(port)}`,
    ),
  );
}

/** Whether the files of a group are of the same answers, but for a moment. */
export class Pairs {
  readonly #facts = new Map<string, string>();
  #differSinceMs: number | undefined;

  /** A file is now made of this. */
  see(name: string, facts: string, nowMs: number): void {
    this.#facts.set(name, facts);
    const isPair = new Set(this.#facts.values()).size === 1;
    this.#differSinceMs = isPair ? undefined : (this.#differSinceMs ?? nowMs);
  }

  /** Nobody could have mended it until now. */
  excuse(nowMs: number): void {
    if (this.#differSinceMs !== undefined) this.#differSinceMs = nowMs;
  }

  /** What each is made of where they differ for too long. */
  broken(nowMs: number): string | undefined {
    if (nowMs - (this.#differSinceMs ?? nowMs) <= MOMENT_MS) return undefined;
    return [...this.#facts].map(([name, facts]) => `${name} is of ${facts}`).join('; ');
  }
}

function describe(
  version: string | undefined,
  placesOf: (service: string) => readonly string[],
): string {
  const lists = ['sales', 'customers'].map((service) => {
    const places = new Set(placesOf(service).filter((place) => IS_PLACE.test(place)));
    return `${service} ${[...places].sort().join(' ')}`;
  });
  return [`version ${version}`, ...lists].join(', ');
}
