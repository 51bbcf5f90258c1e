/**
 * Finds a Consul binary for the tests, the demo and the bench, or fetches one without touching the system.
 *
 * Looked at in this order: CONSUL_BIN, PATH, what an earlier run left under .tools/, the .deb that CONSUL_DEB names,
 * and the mirrors that apt is configured with. The last two are unpacked under .tools/, which git ignores; nothing
 * is installed, and no rights are needed. Debian 11 is the last release that packages Consul.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TOOLS = fileURLToPath(new URL('../.tools/', import.meta.url));
const UNPACKED = join(TOOLS, 'consul/usr/bin/consul');
const SUITE = 'bullseye';
const FETCH_TIMEOUT_MS = 180_000;

const ADVICE =
  'Install Consul (https://developer.hashicorp.com/consul/install), or set CONSUL_BIN to its binary or CONSUL_DEB to a Debian package of it.';

/** The path of a Consul binary that runs here; fetches one when there is none. Throws one clear message when it cannot. */
export async function ensureConsul() {
  const named = process.env.CONSUL_BIN;
  if (named !== undefined && named !== '') {
    if (await isExecutable(named)) return named;
    throw new Error(`CONSUL_BIN is ${named}, which is not an executable file. ${ADVICE}`);
  }
  const present =
    (await onPath('consul')) ?? ((await isExecutable(UNPACKED)) ? UNPACKED : undefined);
  if (present !== undefined) return present;

  await mkdir(TOOLS, { recursive: true });
  const work = await mkdtemp(join(TOOLS, 'consul-fetch-'));
  try {
    const archive = process.env.CONSUL_DEB;
    const packed = archive !== undefined && archive !== '' ? archive : await download(work);
    await unpack(packed, join(work, 'unpacked'));
  } catch (error) {
    throw new Error(`No Consul here, and none could be fetched: ${reasonOf(error)}. ${ADVICE}`, {
      cause: error,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return UNPACKED;
}

/** Two runs may fetch at once: whoever renames first wins, and the other's copy is as good. */
async function unpack(archive, folder) {
  await access(archive, constants.R_OK).catch(() => {
    throw new Error(`${archive} cannot be read`);
  });
  await run('dpkg-deb', ['-x', archive, folder]);
  const destination = join(TOOLS, 'consul');
  if (!(await isExecutable(UNPACKED))) await rm(destination, { recursive: true, force: true });
  await rename(folder, destination).catch(() => undefined);
  if (!(await isExecutable(UNPACKED))) throw new Error(`${archive} holds no usr/bin/consul`);
}

/** Downloads the package with apt, into a private state where the machine's own sources do not have it; returns its path. */
async function download(work) {
  if (await ownSourcesHaveConsul()) return downloadInto(work, []);
  const mirrors = await debianMirrors();
  if (mirrors.length === 0) throw new Error('apt has no Debian mirror to ask');
  const state = await privateState(work, mirrors);
  await run('apt-get', [...state, 'update'], { timeout: FETCH_TIMEOUT_MS });
  return downloadInto(work, state);
}

async function downloadInto(work, state) {
  await run('apt-get', [...state, 'download', 'consul'], { cwd: work, timeout: FETCH_TIMEOUT_MS });
  const archive = (await readdir(work)).find((name) => /^consul_.*\.deb$/.test(name));
  if (archive === undefined) throw new Error('apt downloaded nothing');
  return join(work, archive);
}

async function ownSourcesHaveConsul() {
  const { stdout } = await run('apt-cache', ['show', '--no-all-versions', 'consul']).catch(() => ({
    stdout: '',
  }));
  return /^Package: consul$/m.test(stdout);
}

/** The repositories of the Debian archive that apt already uses, security updates left out. */
async function debianMirrors() {
  const format = '$(REPO_URI) $(COMPONENT)';
  const { stdout } = await run('apt-get', [
    'indextargets',
    '--no-release-info',
    '--format',
    format,
  ]);
  const repositories = stdout
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([uri, component]) => component === 'main' && /\/debian\/?$/.test(uri ?? ''))
    .map(([uri]) => uri);
  return [...new Set(repositories)];
}

/** Apt options that keep lists, archives and sources of this one download apart from the system's. */
async function privateState(work, mirrors) {
  const sources = join(work, 'sources.list');
  for (const folder of ['lists/partial', 'cache/archives/partial', 'parts']) {
    await mkdir(join(work, folder), { recursive: true });
  }
  await writeFile(sources, mirrors.map((uri) => `deb ${uri} ${SUITE} main\n`).join(''));
  const options = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': join(work, 'parts'),
    'Dir::State::lists': join(work, 'lists'),
    'Dir::Cache': join(work, 'cache'),
    'Acquire::Languages': 'none',
    // Its user may not write here; the signature is checked all the same.
    'APT::Sandbox::User': '',
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

async function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder !== '' && (await isExecutable(path))) return path;
  }
  return undefined;
}

async function isExecutable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Why it failed, without the mirrors' addresses that apt's own words are full of. */
function reasonOf(error) {
  if (error?.code === 'ENOENT' && error.syscall?.startsWith('spawn')) {
    return `${error.path} is not installed`;
  }
  const words = String(error?.stderr || error?.message || error)
    .split('\n')
    .find((line) => /^E: /.test(line));
  const text = words ?? String(error?.message ?? error).split('\n')[0];
  return text.replace(/\b[a-z]+:\/\/\S+/g, 'the mirror').replace(/[.\s]+$/, '');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await ensureConsul());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
