import { readFileSync } from 'node:fs';
import { relative, resolve as resolvePath, isAbsolute } from 'node:path';
import type { Answer } from '../catalog/catalog.ts';
import { answerTo } from '../catalog/file/answers.ts';
import { queryId, type FileQuery, type Query } from '../catalog/query.ts';
import { freezeValue, type Value } from '../catalog/values.ts';
import { AutotmplError } from '../core/errors.ts';
import { resolve } from '../renderer/resolve.ts';
import type { Missing, Position, Recall, Template } from '../template/engine.ts';
import type { Facts } from './case-file.ts';

/** A query that a template waits for, and why it would. */
export interface Awaited {
  readonly id: string;
  readonly why: Missing['why'];
  /** Why the case's facts do not answer it; undefined for what is absent. */
  readonly reason: Error | undefined;
  readonly position: Position | undefined;
}

/** What came of a template with the facts of a case. */
export type Outcome =
  | { readonly kind: 'text'; readonly text: string; readonly secrets: ReadonlySet<string> }
  | { readonly kind: 'error'; readonly error: Error }
  | { readonly kind: 'waits'; readonly awaited: readonly Awaited[] };

/**
 * Renders a template with nothing but the facts of a case; `folder` is the template's own. All answers are there from the start, so
 * that one pass asks what many would ask of a catalog.
 */
export function renderCase(template: Template, facts: Facts, folder: string): Outcome {
  const reasons = new Map<string, Error>();
  const recall = (query: Query): Answer | undefined => {
    try {
      return { state: 'fresh', value: answer(query, facts, folder) };
    } catch (error) {
      if (!(error instanceof AutotmplError)) throw error;
      reasons.set(queryId(query), error);
      return undefined;
    }
  };
  const resolution = resolve(template, recall as Recall);
  switch (resolution.kind) {
    case 'complete':
      return {
        kind: 'text',
        text: resolution.text,
        secrets: resolution.rendering.secrets,
      };
    case 'failed':
      return { kind: 'error', error: resolution.error };
    case 'incomplete':
      return {
        kind: 'waits',
        awaited: resolution.missing.map(({ query, why, position }) => {
          const id = queryId(query);
          return { id, why, reason: reasons.get(id), position };
        }),
      };
  }
}

function answer(query: Query, facts: Facts, folder: string): Value {
  return query.kind === 'file' ? fileText(query, facts, folder) : answerTo(facts.catalog, query);
}

/** What the case says of a file; else, what lies with the template is a part of it, as an include is, and all else is this machine's. */
function fileText({ path }: FileQuery, { files }: Facts, folder: string): Value {
  for (const [name, text] of files)
    if (resolvePath(folder, name) === path) return freezeValue(text);
  const inside = relative(folder, path);
  if (inside.startsWith('..') || isAbsolute(inside)) {
    throw new AutotmplError('catalog', `the case has no file ${path}`, {
      advice: 'give its text under files',
    });
  }
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
