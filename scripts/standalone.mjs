// npm run standalone: the whole program with the Node that runs it as one executable, for machines and images without Node.
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { runForCodeCaches } from './code-cache.mjs';
import { ensureBuilt, ensurePackages, newest as newestOf } from './install.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
/** The newest release with long-term support that the registry's packages give for each system. */
const NODE_VERSION = '24.21.0';
const TARGET = `${process.platform}-${process.arch}`;
const OUTPUT = join(root, 'standalone', `autotmpl-${TARGET}`);
/** What Node looks for in itself to know that it carries a program (its documentation of single executables). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
/** Packages that template functions ask for by name, beside those that are built as files already. */
const BY_NAME = ['ipaddr.js', 're2js', 'semver'];

/** Makes the executable, and returns its path. */
export async function buildStandalone() {
  await ensurePackages();
  await ensureBuilt();
  const node = await ensureRuntime();
  const work = await mkdtemp(join(root, '.tools', 'standalone-'));
  try {
    const assets = {
      ...(await distAssets(work)),
      ...(await templateAssets()),
      ...(await codeCachesFor(node, work)),
    };
    const main = await buildMain(work);
    const blob = await makeBlob(node, work, main, assets);
    await inject(node, blob, work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return OUTPUT;
}

/** Makes it unless it is newer than everything that it is made of, once for all processes that want it, and returns its path. */
export async function ensureStandalone() {
  const unlock = await lock();
  try {
    await ensurePackages();
    await ensureBuilt();
    const sources = ['dist', 'templates', 'scripts', 'src/cli'].map((name) => join(root, name));
    const newest = Math.max(...(await Promise.all(sources.map((path) => newestOf(path)))));
    const made = await stat(OUTPUT).catch(() => undefined);
    return made !== undefined && made.mtimeMs > newest ? OUTPUT : await buildStandalone();
  } finally {
    unlock();
  }
}

/** A name that one process has at a time, and that goes with it (unix(7)). */
async function lock() {
  for (;;) {
    const server = createServer();
    server.listen(`\0autotmpl-standalone ${root}`);
    try {
      await once(server, 'listening');
      return () => server.close();
    } catch {
      await sleep(100);
    }
  }
}

/** The runtime that is put into the executable, from the registry's package for this system; kept in a folder that git ignores. */
async function ensureRuntime() {
  const folder = join(root, '.tools', `node-${NODE_VERSION}-${TARGET}`);
  const node = join(folder, 'package', 'bin', 'node');
  if (await stat(node).catch(() => undefined)) return node;
  console.error(`fetching Node ${NODE_VERSION} for ${TARGET} (npm pack)…`);
  await mkdir(folder, { recursive: true });
  const name = `node-${TARGET}@${NODE_VERSION}`;
  const packed = join(folder, await fetchPackage(name, folder));
  await run('tar', ['-xzf', packed, '-C', folder, 'package/bin/node']);
  await rm(packed);
  return node;
}

/** Takes a package from npm's cache or the registry, and returns the name of the file that it is in. */
async function fetchPackage(name, folder) {
  const flags = [
    '--loglevel=error',
    '--prefer-offline',
    '--fetch-retries=1',
    '--fetch-timeout=60000',
  ];
  try {
    const { stdout } = await run('npm', ['pack', ...flags, '--pack-destination', folder, name]);
    return stdout.trim();
  } catch (error) {
    const words = /reason: (.*)|404 (Not Found.*)/.exec(error.stderr ?? '') ?? [error.message];
    const reason = words.findLast((word) => word !== undefined);
    throw new Error(`npm pack ${name} failed: ${reason}. Is the registry within reach?`, {
      cause: error,
    });
  }
}

async function distAssets(work) {
  const native = join(
    root,
    `node_modules/@koromix/koffi-${TARGET}`,
    TARGET.replace('-', '_'),
    'koffi.node',
  );
  const packages = join(work, 'packages');
  await build({
    ...{ entryPoints: Object.fromEntries(BY_NAME.map((name) => [name, name])), outdir: packages },
    ...{ bundle: true, format: 'cjs', platform: 'node', outExtension: { '.js': '.cjs' } },
    // They are read as bytes.
    ...{ charset: 'ascii', minifySyntax: true, minifyWhitespace: true, logLevel: 'warning' },
  });
  const built = await readdir(join(root, 'dist/packages'));
  return {
    'native.node': native,
    'dist/cli/main.cjs': join(root, 'dist/cli/main.cjs'),
    'dist/cli/rest.cjs': join(root, 'dist/cli/rest.cjs'),
    'dist/config.schema.json': join(root, 'dist/config.schema.json'),
    ...Object.fromEntries(
      built.map((name) => [`dist/packages/${name}`, join(root, 'dist/packages', name)]),
    ),
    ...Object.fromEntries(
      BY_NAME.map((name) => [`dist/packages/${name}.cjs`, join(packages, `${name}.cjs`)]),
    ),
  };
}

async function templateAssets() {
  const folder = join(root, 'templates');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(root, path), path]),
  );
}

/** V8 takes no other's, so the runtime that will read it makes it. */
async function codeCachesFor(node, work) {
  const assets = {};
  for (const { file, contents } of await runForCodeCaches({
    node,
    folder: join(root, 'dist/cli'),
  })) {
    const path = join(work, `${file}.cache`);
    // Without the seal: what is in the executable is what was put there.
    await writeFile(path, contents.subarray(0, -8));
    assets[`dist/cli/${file}.cache`] = path;
  }
  return assets;
}

async function buildMain(work) {
  const outfile = join(work, 'standalone.cjs');
  await build({
    ...{ entryPoints: [join(root, 'src/cli/standalone.ts')], outfile, bundle: true },
    ...{ format: 'cjs', platform: 'node', target: 'node24', logLevel: 'warning' },
  });
  return outfile;
}

async function makeBlob(node, work, main, assets) {
  const output = join(work, 'standalone.blob');
  const config = join(work, 'standalone.json');
  await writeFile(
    config,
    JSON.stringify({
      main,
      output,
      assets,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
    }),
  );
  await run(node, ['--experimental-sea-config', config]);
  return output;
}

async function inject(node, blob, work) {
  const { inject: postject } = await import('postject');
  const executable = join(work, 'autotmpl');
  await copyFile(node, executable);
  await chmod(executable, 0o755);
  await withoutNoise(async () =>
    postject(executable, 'NODE_SEA_BLOB', await readFile(blob), { sentinelFuse: FUSE }),
  );
  await mkdir(join(OUTPUT, '..'), { recursive: true });
  await rename(executable, OUTPUT);
}

/** The injector warns of sections that Node's own executable has. */
async function withoutNoise(work) {
  const { warn, log, error } = console;
  Object.assign(console, { warn() {}, log() {}, error() {} });
  try {
    await work();
  } finally {
    Object.assign(console, { warn, log, error });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const path = await buildStandalone();
    const { size } = await stat(path);
    console.log(
      `${relative(process.cwd(), path)} (${(size / 1e6).toFixed(0)} MB, Node ${NODE_VERSION})`,
    );
  } catch (error) {
    console.error(`the standalone executable could not be made: ${error.message}`);
    process.exitCode = 1;
  }
}
