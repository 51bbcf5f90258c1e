/** Makes a fresh clone ready: the packages, the build, Consul, nginx, HAProxy. Each step is quick when there is nothing to do. */
import { execFile, spawnSync } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, 'node_modules', '.autotmpl-lockfile');

/** Installs what package-lock.json names, unless that is what is there. */
export async function ensurePackages() {
  const wanted = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
  const installed = await readFile(STAMP, 'utf8').catch(() => undefined);
  if (installed === wanted) return;
  console.error('installing packages (npm ci)…');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('npm ci failed; its own words are above');
  await writeFile(STAMP, wanted);
}

/** Builds dist/ unless it is newer than everything that it is made of, its code cache for this Node included. */
export async function ensureBuilt() {
  const sources = ['src', 'scripts', 'package-lock.json'].map((name) => newest(join(ROOT, name)));
  if ((await builtAt()) > Math.max(...(await Promise.all(sources)))) return;
  const { buildBundle } = await import('./build.mjs');
  await buildBundle();
}

/** The path of an nginx binary; installs Debian's package where this user may. Throws one clear message where none can be had. */
export async function ensureNginx() {
  return ensureServer({ program: 'nginx', variable: 'NGINX_BIN', debianPackage: 'nginx-light' });
}

/** The same for HAProxy. */
export async function ensureHaproxy() {
  return ensureServer({ program: 'haproxy', variable: 'HAPROXY_BIN', debianPackage: 'haproxy' });
}

async function ensureServer({ program, variable, debianPackage }) {
  const named = process.env[variable];
  if (named !== undefined && named !== '') return named;
  const present = await pathOf(program);
  if (present !== undefined) return present;
  const advice = `Install ${program} (on Debian: apt-get install ${debianPackage}), or set ${variable} to its binary.`;
  if (process.getuid?.() !== 0)
    throw new Error(`There is no ${program} here, and only root may install one. ${advice}`);
  console.error(`installing ${program} (apt-get)…`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update'], { env: environment });
    // Installing must not start a server on port 80: in this runlevel Debian's invoke-rc.d starts none.
    await run('apt-get', ['install', '-y', '--no-install-recommends', debianPackage], {
      env: { ...environment, RUNLEVEL: '1' },
    });
  } catch (error) {
    throw new Error(`There is no ${program} here, and apt-get could not install one. ${advice}`, {
      cause: error,
    });
  }
  const installed = await pathOf(program);
  if (installed === undefined)
    throw new Error(`apt-get installed ${program}, but there is no binary. ${advice}`);
  return installed;
}

async function pathOf(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders) {
    const path = join(folder, program);
    if (folder === '') continue;
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

async function builtAt() {
  const loader = join(ROOT, 'dist/cli/bundle.cjs');
  if ((await changedAt(loader)) === 0) return 0;
  const { codeCachePath } = createRequire(import.meta.url)(loader);
  // The last to be written, and always anew.
  return changedAt(codeCachePath(join(ROOT, 'dist/cli/main.cjs')));
}

/** When the youngest file in a folder was changed, in milliseconds since the epoch. */
export async function newest(path) {
  const entry = await stat(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  const times = await Promise.all((await readdir(path)).map((name) => newest(join(path, name))));
  return Math.max(entry.mtimeMs, ...times);
}

async function changedAt(path) {
  return stat(path).then(
    (entry) => entry.mtimeMs,
    () => 0,
  );
}
