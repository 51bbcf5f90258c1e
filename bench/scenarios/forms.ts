import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { autotmpl, standalone } from '../contender.ts';
import type { FormOutcome } from '../results.ts';
import { measureSize } from './once.ts';
import type { Setting } from './setting.ts';

/** What the npm form is started from. */
const SHIPPED = ['bin', 'dist', 'templates'];

/**
 * One template, `-once`, with the program as the npm package has it and as one executable, where that was built: how large it is,
 * how long it takes, and how much memory.
 */
export async function measureForms(setting: Setting): Promise<FormOutcome[]> {
  const { options, root } = setting;
  const executable =
    options.standalone ?? join(root, 'standalone', `autotmpl-${process.platform}-${process.arch}`);
  const isBuilt = existsSync(executable);
  if (!isBuilt) {
    if (options.standalone !== undefined) throw new Error(`--standalone: no file ${executable}`);
    console.error('the standalone file is not there (npm run standalone): measured without it');
  }
  const forms = [autotmpl(root), ...(isBuilt ? [standalone(executable)] : [])];
  const outcomes = await measureSize({ ...setting, contenders: forms }, 1);
  const sizes = new Map([
    [forms[0]?.name, await sizeOf(SHIPPED.map((name) => join(root, name)))],
    [forms[1]?.name, isBuilt ? await sizeOf([executable]) : 0],
  ]);
  return outcomes.map((outcome) => {
    const sizeBytes = sizes.get(outcome.contender);
    return sizeBytes === undefined ? outcome : { ...outcome, sizeBytes };
  });
}

async function sizeOf(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) {
    const found = await stat(path);
    if (!found.isDirectory()) bytes += found.size;
    else bytes += await sizeOf((await readdir(path)).map((name) => join(path, name)));
  }
  return bytes;
}
