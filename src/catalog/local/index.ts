import { AutotmplError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { Catalog } from '../catalog.ts';
import { queryId } from '../query.ts';
import { followFile } from './files.ts';
import { followPlugin, type RunPlugin } from './plugins.ts';

/** What it is made with. */
export interface LocalCatalogParts {
  readonly clock: Clock;
  /** Absent: there are no plugins here. */
  readonly runPlugin?: RunPlugin | undefined;
}

/** This machine as a catalog: the text of files, and what plugins print. It answers `file` and `plugin` queries and no others. */
export function createLocalCatalog({ clock, runPlugin }: LocalCatalogParts): Catalog {
  return {
    name: 'local',
    async *watch(query, signal) {
      if (query.kind === 'file') {
        yield* followFile(query.path, signal, clock);
      } else if (query.kind === 'plugin' && runPlugin !== undefined) {
        yield* followPlugin(query.command, runPlugin, signal, clock);
      } else {
        throw new AutotmplError('catalog', `nothing on this machine answers ${queryId(query)}`);
      }
    },
    close() {
      // Every watch ends with its signal.
    },
  };
}
