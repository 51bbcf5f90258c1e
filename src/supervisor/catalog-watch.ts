import type { Answer } from '../catalog/catalog.ts';
import { queryId } from '../catalog/query.ts';
import type { KeyPair, ServiceInstance } from '../catalog/values.ts';
import type { User, Watcher } from '../watch/watcher.ts';
import type { Happening } from './happening.ts';
import type { CatalogWatchSettings } from './settings.ts';

/** What a watch works with. */
export interface CatalogWatchOptions {
  readonly settings: CatalogWatchSettings;
  readonly watcher: Watcher;
  readonly announce: (happening: Happening) => void;
  /** Called at each change, before it is announced. */
  readonly onChange?: () => void;
}

/**
 * Watches one thing in the catalog, and announces when it changes. What counts of a service are its instances by id, with address
 * and port (ContainerPilot's rule); trouble of the catalog changes nothing. Each watch has a memory of its own:
 * two on one service with different tags know nothing of each other.
 */
export class CatalogWatch implements User {
  readonly settings: CatalogWatchSettings;
  readonly #options: CatalogWatchOptions;
  readonly #id: string;
  /** What was seen last, as a text that is equal where nothing changed. */
  #seen: string;
  #instances: number | undefined;

  constructor(options: CatalogWatchOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.#id = queryId(options.settings.query);
    // Nothing there at the first answer is no change.
    this.#seen = NOTHING;
  }

  /** How many instances a service has; undefined before the first answer, and for what is no service. */
  get instances(): number | undefined {
    return this.#instances;
  }

  /** Begins to watch. What is known already counts at once. */
  begin(): void {
    const { watcher, settings } = this.#options;
    watcher.want(this, new Map([[this.#id, settings.query]]));
    this.answerChanged();
  }

  /** Watches no more. */
  end(): void {
    this.#options.watcher.want(this, new Map());
  }

  answerChanged(): void {
    const { watcher, settings, announce, onChange } = this.#options;
    const answer = watcher.answer(this.#id);
    // What the catalog only holds is what was there last: that it is there again with the same is no news, and nobody is told of it.
    if (answer?.value === undefined) return;
    const isService = settings.query.kind === 'service';
    if (isService) this.#instances = (answer.value as readonly ServiceInstance[]).length;
    const seen = fingerprintOf(answer, settings);
    if (seen === this.#seen) return;
    this.#seen = seen;
    onChange?.();
    const source = `watch.${settings.name}`;
    announce({ source, code: 'changed' });
    if (isService) announce({ source, code: this.#instances === 0 ? 'unhealthy' : 'healthy' });
  }
}

const NOTHING = '[]';

function fingerprintOf(answer: Answer, { query, compare }: CatalogWatchSettings): string {
  if (query.kind === 'service') {
    const instances = answer.value as readonly ServiceInstance[];
    return JSON.stringify(
      instances
        .map((instance) => {
          const { ID, Address, Port, Tags, ServiceMeta } = instance;
          return compare === 'addresses'
            ? [ID, Address, Port]
            : [ID, Address, Port, Tags, ServiceMeta];
        })
        // Of two nodes, one id may be there twice.
        .map((fields) => JSON.stringify(fields))
        .toSorted(),
    );
  }
  const pairs = [answer.value ?? []].flat() as readonly KeyPair[];
  return JSON.stringify(pairs.map(({ Path, Value }) => [Path, Value]));
}
