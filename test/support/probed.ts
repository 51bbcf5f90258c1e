import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Program } from './autotmpl.ts';
import { openFiles } from './process-facts.ts';
import type { Scene } from './scene.ts';

// From the root, so that it is found from a bundle as well (scripts/bundled.mjs).
const PROBE = fileURLToPath(
  new URL('../../test/fixtures/probes/report-on-usr2.cjs', import.meta.url),
);

/** What a program holds at a moment, after garbage collection. */
export interface Holdings {
  /** Active handles and requests of Node by kind: timers, sockets, pipes, processes. */
  readonly resources: Readonly<Record<string, number>>;
  /** What is alive on the heap and beside it, in bytes. */
  readonly heap: number;
  readonly rss: number;
  /** Open files by kind. */
  readonly files: Readonly<Record<string, number>>;
}

/** What a program of this scene is started with, so that it can be asked by {@link holdings}. */
export function probeEnvironment(scene: Scene): Record<string, string> {
  return probeVariables(scene.at('probe'));
}

/** What has a program of Node write what it holds into this file, as JSON, on USR2. */
export function probeVariables(file: string): Record<string, string> {
  return { NODE_OPTIONS: `--require=${PROBE}`, PROBE_FILE: file };
}

/** Asks a program that was started with {@link probeEnvironment}. */
export async function holdings(scene: Scene, program: Program): Promise<Holdings> {
  rmSync(scene.at('probe'), { force: true });
  program.kill('SIGUSR2');
  await scene.until('the report', () => scene.exists('probe'));
  const files: Record<string, number> = {};
  for (const name of openFiles(program.pid)) {
    const kind = /^(\w+):/.exec(name)?.[1] ?? name;
    files[kind] = (files[kind] ?? 0) + 1;
  }
  return { ...(JSON.parse(scene.read('probe')) as Omit<Holdings, 'files'>), files };
}
