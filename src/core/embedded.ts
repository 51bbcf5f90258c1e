/**
 * Where files that are a part of the executable seem to lie, in the program that is one file: no real file can be below it, since
 * it is itself one.
 */
export const EMBEDDED_ROOT = '/proc/self/exe';

/** A file that is a part of the executable; undefined for any other path, and where the program is not one file. */
export function readEmbedded(path: string): string | undefined {
  if (!path.startsWith(`${EMBEDDED_ROOT}/`)) return undefined;
  const sea = process.getBuiltinModule('node:sea');
  if (!sea.isSea()) return undefined;
  try {
    return sea.getAsset(path.slice(EMBEDDED_ROOT.length + 1), 'utf8');
  } catch {
    return undefined;
  }
}
