// Makes dist/: the program in two files with a code cache beside each, what loads them, the packages that few runs need in a
// file each, and the config's JSON Schema.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { codeCacheBelongs, makeCodeCaches } from './code-cache.mjs';
import { configSchemaText } from './docs-config.mjs';
import { buildHalves } from './halves.mjs';
import { lateBuiltins } from './late-builtins.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** Few runs need them. Inside of the program they would be read, and their outlines deserialised, at every start. */
const SELDOM_NEEDED = {
  chalk: 'chalk',
  consul: 'consul',
  diff: 'diff',
  execa: 'execa',
  'jsonc-parser': 'jsonc-parser',
  'prom-client': 'prom-client',
  'smol-toml': 'smol-toml',
  yaml: join(root, 'node_modules/yaml/browser/index.js'),
};

/**
 * Brings dist/ up to date. Only what differs is written, each file at once, and what is not made any more is removed last: a
 * program that is running from dist/ goes on. Code caches that other Nodes made for the same program stay.
 */
export async function buildBundle() {
  const outputs = await Promise.all([buildLoader(), buildProgram(), buildPackages()]);
  const made = new Set();
  for (const { path, contents } of outputs.flat()) {
    made.add(path);
    await place(path, Buffer.from(contents));
  }
  await place(join(dist, 'config.schema.json'), Buffer.from(await configSchemaText()));
  for (const { path, contents } of await makeCodeCaches(join(dist, 'cli'))) {
    await place(path, contents);
  }
  await removeOthers(made);
}

const shared = {
  absWorkingDir: root,
  write: false,
  bundle: true,
  // The older module format: Node's loader for it starts faster, and it alone can have a code cache.
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: false,
  legalComments: 'none',
  define: { 'import.meta.url': 'autotmplModuleUrl' },
  banner: { js: "const autotmplModuleUrl = require('node:url').pathToFileURL(__filename).href;" },
  // Becomes a require that is run late.
  supported: { 'dynamic-import': false },
  // Of packages that come in both module formats, the newer: of the older one all is kept, used or not.
  mainFields: ['module', 'main'],
  // nunjucks asks for the first two only to watch files in a browser's place; we never do. koffi's binaries are no text, and optional.
  external: ['chokidar', 'fsevents', '@koromix/*'],
  logLevel: 'warning',
};

async function buildProgram() {
  const texts = await buildHalves({ ...shared, plugins: [seldomNeeded, lateBuiltins] });
  // So that a program whose files are replaced while it runs knows that what it finds is not its own.
  const build = createHash('sha256').update(texts.main).update(texts.rest).digest('hex');
  return Object.entries(texts).map(([name, text]) => {
    const path = join(dist, 'cli', `${name}.cjs`);
    refuseNonAscii(path, text);
    return { path, contents: asFunction(`${text};module.exports.build="${build.slice(0, 16)}"`) };
  });
}

/** What runs before anything else, and so loads as little as can be. */
async function buildLoader() {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: { 'cli/bundle': 'src/cli/bundle.ts' },
    outdir: 'dist',
    banner: {},
  });
  return outputFiles;
}

async function buildPackages() {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: SELDOM_NEEDED,
    outdir: 'dist/packages',
  });
  return outputFiles;
}

const seldomNeeded = {
  name: 'packages that are seldom needed',
  setup({ onResolve }) {
    const names = new RegExp(`^(?:${Object.keys(SELDOM_NEEDED).join('|')})$`);
    onResolve({ filter: names }, ({ path }) => ({
      path: `../packages/${path}.cjs`,
      external: true,
    }));
  },
};

/** As the loader wants it. Strict throughout, as the modules were that went in. */
function asFunction(text) {
  return `(function (exports, require, module, __filename, __dirname) {"use strict";${text}\n})`;
}

/** The loader reads bytes as characters: the fastest way, and the one in which the text takes the least memory. */
function refuseNonAscii(path, text) {
  const found = /.{0,40}[\u0080-\uffff].{0,20}/.exec(text);
  if (found === null) return;
  throw new Error(
    `${path} must be ASCII, and has: ${found[0]}\nIn a regular expression write \\u and the number; elsewhere esbuild does.`,
  );
}

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
  for (const entry of found.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const stale = path.endsWith('.cache')
      ? !(await isOfUse(path))
      : isCode(path) && !made.has(path);
    if (stale) await rm(path, { force: true });
  }
}

function isCode(path) {
  return /\.c?js$/.test(path);
}

/** Whether a code cache, made by whatever Node, is of the file beside it. */
async function isOfUse(path) {
  const program = await readFile(path.replace(/\.v8-.*/, '')).catch(() => undefined);
  return program !== undefined && codeCacheBelongs(await readFile(path), program);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildBundle();
