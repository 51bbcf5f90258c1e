/** Paths. Slashes stand between their parts, in the `os` forms as well. */
import { posix } from 'node:path';

import { derived } from '../gotemplate/functions.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import { takeGoText } from './arguments.ts';

/** Sprig's functions for paths. */
export const PATHS: Readonly<Record<string, GoFunction>> = {
  ...twice('base', (path) => (path === '' ? '.' : posix.basename(path) || '/')),
  ...twice('dir', (path) => clean(path.slice(0, path.lastIndexOf('/') + 1))),
  ...twice('clean', clean),
  ...twice('ext', (path) => /\.[^./]*$/.exec(path)?.[0] ?? ''),
  ...twice('isAbs', (path) => path.startsWith('/')),
};

function twice(
  name: string,
  work: (path: string) => GoValue,
): Readonly<Record<string, GoFunction>> {
  const osName = `os${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const row = (call: string): GoFunction => derived((path) => work(takeGoText(call, 'path', path)));
  return { [name]: row(name), [osName]: row(osName) };
}

/** The shortest path that means the same. */
function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}
