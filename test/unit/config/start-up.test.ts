import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The packages that a module loads at once, and not only when they are used. */
async function packagesLoadedBy(module: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [module],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: 'dist',
  });
  const loaded = new Set<string>();
  const visit = (file: string): void => {
    const input = metafile.inputs[file];
    for (const { path, kind, external } of input?.imports ?? []) {
      if (kind === 'dynamic-import') continue;
      if (external === true) loaded.add(path);
      else visit(path);
    }
  };
  visit(module);
  return [...loaded].filter((name) => !name.startsWith('node:'));
}

describe('a start without config files', () => {
  it.each([
    ['src/config/load.ts', []],
    ['src/cli/flags.ts', ['commander', 'chalk', 'pino']],
  ])('loads neither parsers nor the schema: %s', async (module, allowed) => {
    const packages = await packagesLoadedBy(module);
    expect(packages.filter((name) => !allowed.includes(name))).toEqual([]);
  });
});
