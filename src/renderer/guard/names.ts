import type { Query } from '../../catalog/query.ts';
import { isInstanceQuery, serviceNames } from './listing.ts';

/** Stands for whatever no other name stands for. */
export const ALL_OTHERS = '*';

/**
 * Whether what a query asks for has this name, wholly or in part: a service by its name, also as `tag.name` and with `@dc`; keys by a
 * prefix, which is a folder with or without its slash. A tree above the prefix has what is below it in part.
 */
export function isNamed(query: Query, name: string): boolean {
  if (isInstanceQuery(query)) return serviceNames(query).includes(name);
  if (query.kind === 'key') return isBelow(query.path, name);
  if (query.kind !== 'tree') return false;
  return isBelow(query.prefix, name) || plainPrefix(name).startsWith(query.prefix);
}

/** Whether a key is the one of this name, or in the folder. */
export function isBelow(path: string, name: string): boolean {
  const folder = plainPrefix(name);
  return path === folder || path.startsWith(`${folder}/`);
}

function plainPrefix(name: string): string {
  return name.replace(/^\/+|\/+$/g, '');
}
