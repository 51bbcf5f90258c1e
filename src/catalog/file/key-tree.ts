import { DocumentError, type Located } from './yaml-tree.ts';

/**
 * Reads keys from nested maps, whole paths, or both: `{a: {b: "1"}, "a/c": "2"}` is `a/b` and `a/c`. Two ways to one path are
 * an error. An empty map is no key.
 */
export function readKeys(root: Located, what: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const add = (value: Located, path: string): void => {
    if (value.kind === 'list') {
      throw new DocumentError(`${what}: ${path} must be text or a map of further keys`, value.at);
    }
    if (value.kind === 'map') {
      for (const { name, at, value: child } of value.entries) {
        if (name === '') throw new DocumentError(`${what}: a key must have a name`, at);
        add(child, path === '' ? name : `${path}/${name}`);
      }
      return;
    }
    if (path === '') {
      if (value.text !== '') throw new DocumentError(`${what} must be a map`, value.at);
      return;
    }
    if (keys.has(path)) throw new DocumentError(`${what}: ${path} is there twice`, value.at);
    keys.set(path, value.text);
  };
  add(root, '');
  return keys;
}
