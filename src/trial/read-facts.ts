import { resolve } from 'node:path';
import { readDocument, type CatalogDocument } from '../catalog/file/document.ts';
import { readText, readTextMap, type Reader } from '../catalog/file/fields.ts';
import { mergeTrees } from '../catalog/file/merge-trees.ts';
import { DocumentError, type Located } from '../catalog/file/yaml-tree.ts';
import type { Facts } from './case-file.ts';

/** What a case, or the defaults of all, may say of the facts. */
export interface FactFields extends Record<string, unknown> {
  readonly catalog: Located;
  readonly catalogFile: { readonly name: string; readonly at: number };
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly now: number;
}

/** Reads each of them. */
export const FACT_READERS: { readonly [Name in keyof FactFields]: Reader<FactFields[Name]> } = {
  catalog: (value) => value,
  catalogFile: (value, what) => ({ name: readText(value, what), at: value.at }),
  env: readTextMap,
  files: readTextMap,
  now: readInstant,
};

/** Reads a document by its absolute path into its tree, and checks it. */
export type ReadTree = (path: string) => Promise<Located>;

/** The facts of a case: those of the defaults, and what it says itself, which wins. Paths start from `folder`. Throws a DocumentError. */
export async function readFacts(
  defaults: Partial<FactFields>,
  own: Partial<FactFields>,
  folder: string,
  readTree: ReadTree,
): Promise<Facts> {
  const layers: Located[] = [];
  for (const { catalogFile, catalog } of [defaults, own]) {
    if (catalogFile !== undefined) layers.push(await readTree(resolve(folder, catalogFile.name)));
    if (catalog !== undefined) layers.push(catalog);
  }
  return {
    catalog: catalogOf(layers),
    env: { ...defaults.env, ...own.env },
    files: new Map(Object.entries({ ...defaults.files, ...own.files })),
    nowMs: own.now ?? defaults.now,
  };
}

function catalogOf(layers: readonly Located[]): CatalogDocument {
  const nothing: Located = { kind: 'map', at: 0, entries: [] };
  return readDocument(layers.reduce(mergeTrees, nothing));
}

/** A time with its zone, so that it is the same on every machine. */
function readInstant(value: Located, what: string): number {
  const text = readText(value, what);
  const atMs = /(?:Z|[-+]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new DocumentError(
    `${what} must be a time such as 2026-01-31T12:00:00Z, not ${JSON.stringify(text)}`,
    value.at,
  );
}
