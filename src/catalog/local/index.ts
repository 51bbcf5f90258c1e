import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { Answer, Catalog } from '../catalog.ts';
import { queryId } from '../query.ts';
import { followPath } from '../follow-path.ts';

/** Local files as a catalog: the text of each, or null where there is none. It answers `file` queries and no others. */
export function createLocalCatalog({ clock }: { readonly clock: Clock }): Catalog {
  return {
    name: 'local',
    async *watch(query, signal): AsyncGenerator<Answer> {
      if (query.kind !== 'file') {
        throw new AutotmplError('catalog', `no local file answers ${queryId(query)}`);
      }
      let value: string | null | undefined;
      let held = false;
      for await (const found of followPath(query.path, signal, clock)) {
        if (found.state !== 'unreadable') {
          held = false;
          value = found.state === 'present' ? found.text : null;
          yield { state: 'fresh', value };
        } else if (!held) {
          held = true;
          const reason = new AutotmplError(
            'catalog',
            `cannot read ${query.path}: ${describeError(found.error)}`,
            { cause: found.error },
          );
          yield { state: 'held', value, reason };
        }
      }
    },
    close() {
      // Every watch ends with its signal.
    },
  };
}
