import { readFile } from 'node:fs/promises';
import { readAnswers, type RecordedAnswers } from '../catalog/file/document-answers.ts';
import { readDocument, type CatalogDocument } from '../catalog/file/document.ts';
import { readFields, readItems, readText, readTextMap } from '../catalog/file/fields.ts';
import { mergeTrees } from '../catalog/file/merge-trees.ts';
import { DocumentError, parseTree, placeOf, type Located } from '../catalog/file/yaml-tree.ts';
import { parseDuration } from '../core/duration.ts';
import { AutotmplError, describeError, systemCode } from '../core/errors.ts';

/** What came at one moment, by the names of the queries. */
export interface PlayedChange {
  /** Since the start of the recording. */
  readonly afterMs: number;
  readonly answers: RecordedAnswers;
  /** What the catalog is from then on, where somebody wrote that in a document's words. */
  readonly document: CatalogDocument | undefined;
  /** Queries that the catalog could not answer any more, each with the reason. */
  readonly held: Readonly<Record<string, string>>;
}

/** A recording: what there was at its start, and what came later, in the order of time. */
export interface Recording {
  readonly document: CatalogDocument;
  readonly changes: readonly PlayedChange[];
  /** When it was started, in milliseconds since the epoch; undefined for a document that somebody wrote. */
  readonly startedMs: number | undefined;
}

/** Reads a recording, or any catalog document: one without changes. Throws an AutotmplError (`config`) with line and column. */
export async function readRecording(path: string): Promise<Recording> {
  const text = await readWhole(path);
  try {
    const root = await parseTree(text);
    return { document: readDocument(root), ...readTimes(root) };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const { line, column } = placeOf(text, error.at);
    throw new AutotmplError('config', `${path}:${line}:${column}: ${error.message}`);
  }
}

async function readWhole(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = systemCode(error) === 'ENOENT' ? 'there is no such file' : describeError(error);
    throw new AutotmplError('config', `cannot read the recording ${path}: ${why}`, {
      cause: error,
    });
  }
}

function readTimes(root: Located): Pick<Recording, 'changes' | 'startedMs'> {
  const entries = root.kind === 'map' ? root.entries : [];
  const part = (name: string): Located | undefined =>
    entries.find((entry) => entry.name === name)?.value;
  const head = part('recording');
  const items = part('changes');
  const changes = items === undefined ? [] : readItems(items, 'changes').map(readChange);
  changes.sort((a, b) => a.afterMs - b.afterMs);
  let tree = root;
  return {
    startedMs: head === undefined ? undefined : readStart(head),
    changes: changes.map(({ catalog, ...change }) => {
      if (catalog !== undefined) tree = mergeTrees(tree, catalog);
      return { ...change, document: catalog === undefined ? undefined : readDocument(tree) };
    }),
  };
}

function readStart(head: Located): number | undefined {
  const { started } = readFields<{ started: string }>(head, 'recording', { started: readText });
  if (started === undefined) return undefined;
  const startedMs = Date.parse(started);
  if (!Number.isNaN(startedMs)) return startedMs;
  throw new DocumentError(
    'recording: started must be a time such as 2026-01-31T12:00:00Z',
    head.at,
  );
}

type ReadChange = Omit<PlayedChange, 'document'> & { readonly catalog: Located | undefined };

function readChange(item: Located): ReadChange {
  const change = readFields<{
    after: number;
    answers: RecordedAnswers;
    catalog: Located;
    held: Readonly<Record<string, string>>;
  }>(item, 'a change', {
    after: readAfter,
    answers: readAnswers,
    catalog: (value) => value,
    held: readTextMap,
  });
  const { after: afterMs, answers = new Map(), catalog, held = {} } = change;
  if (afterMs === undefined) throw new DocumentError('a change must say after', item.at);
  return { afterMs, answers, catalog, held };
}

function readAfter(value: Located, what: string): number {
  const text = readText(value, what);
  const afterMs = parseDuration(text);
  if (afterMs !== undefined) return afterMs;
  throw new DocumentError(
    `${what} must be a duration such as "1.5s", not ${JSON.stringify(text)}`,
    value.at,
  );
}
