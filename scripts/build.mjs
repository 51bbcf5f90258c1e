// Bundles src/cli/main.ts into dist/: one file that starts fast, chunks that are loaded when they are used, and the config's
// JSON Schema.
import { build } from 'esbuild';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { configSchemaText } from './docs-config.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/**
 * Brings dist/ up to date. Only what differs is written, each file at once, and what is not made any more is removed last: a
 * program that is running from dist/ goes on.
 */
export async function buildBundle() {
  const { outputFiles } = await build(options);
  const made = new Set();
  for (const { path, contents } of outputFiles) {
    made.add(path);
    await place(path, Buffer.from(contents));
  }
  await place(join(dist, 'config.schema.json'), Buffer.from(await configSchemaText()));
  await removeOthers(made);
}

const options = {
  absWorkingDir: root,
  entryPoints: { 'cli/main': 'src/cli/main.ts' },
  outdir: 'dist',
  write: false,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: false,
  legalComments: 'none',
  // Of packages that come in both module formats, the newer: the older one loses its names when it is loaded on demand.
  mainFields: ['module', 'main'],
  alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
  // nunjucks asks for it only to watch files in a browser's place; we never do.
  external: ['chokidar', 'fsevents'],
  // Packages in the older module format ask for Node's own modules by require.
  banner: {
    js: "import { createRequire as autotmplCreateRequire } from 'node:module'; const require = autotmplCreateRequire(import.meta.url);",
  },
  logLevel: 'warning',
};

async function place(path, contents) {
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

async function removeOthers(made) {
  const found = await readdir(dist, { recursive: true, withFileTypes: true });
  const stale = found
    .filter((entry) => entry.isFile() && /\.js$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !made.has(path));
  for (const path of stale) await rm(path, { force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildBundle();
