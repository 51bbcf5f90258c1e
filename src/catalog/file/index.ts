import { AutotmplError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { Catalog } from '../catalog.ts';
import type { Value } from '../values.ts';
import { answerTo, checkAnswerable } from './answers.ts';
import { DocumentWatch } from './document-watch.ts';

/** Which document is the catalog. */
export interface FileCatalogOptions {
  /** Absolute path of a YAML or JSON document; its shape is told at `readDocument`. */
  readonly path: string;
}

/**
 * One YAML or JSON document as a catalog, followed as it changes. A document that is broken, or gone, is trouble: the last good
 * one stays.
 */
export function createFileCatalog(
  { path }: FileCatalogOptions,
  { clock }: { readonly clock: Clock },
): Catalog {
  const watch = new DocumentWatch(path, clock);
  return {
    name: 'file',
    async *watch(query, signal) {
      let held = false;
      let value: Value | undefined;
      for await (const { document, trouble } of watch.follow(signal)) {
        if (document !== undefined) checkAnswerable(document, query);
        let reason = trouble;
        try {
          if (document !== undefined) value = answerTo(document, query);
        } catch (error) {
          if (!(error instanceof AutotmplError)) throw error;
          reason ??= error;
        }
        if (reason === undefined && value !== undefined) {
          held = false;
          yield { state: 'fresh', value };
        } else if (!held && reason !== undefined) {
          held = true;
          yield { state: 'held', value, reason };
        }
      }
    },
    close() {
      // Every watch ends with its signal, and the document's with the last of them.
    },
  };
}
