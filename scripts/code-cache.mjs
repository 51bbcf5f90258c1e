/**
 * Makes the program's code caches: V8's bytecode, so that a start need not compile. A function is in it once it has run, so the
 * program is run first, on an agent that exists for this only.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const LOADER = 'bundle.cjs';
const REHEARSAL = fileURLToPath(new URL('rehearsal.mjs', import.meta.url));
const REHEARSAL_TIMEOUT_MS = 60_000;
/** The most common run: keys, a loop over instances, a filter. */
const TEMPLATE = `{{ key("rehearsal/key") }}
{% for instance in service("rehearsal") %}{{ instance.Address }}:{{ instance.Port | string }}
{% endfor %}
{% if keyExists("rehearsal/key") %}{{ keyOrDefault("rehearsal/key", "") | trim | upper }}{% endif %}
`;
/** A supervisor from its start to the end of its main process. */
const CONFIG = `templates:
  - {source: rehearsal.njk, destination: rehearsal.txt}
jobs:
  - {name: rehearsal, main: true, exec: ['true']}
`;
const KEY = {
  ...{ LockIndex: 0, Key: 'rehearsal/key', Flags: 0 },
  ...{ Value: Buffer.from('a value').toString('base64'), CreateIndex: 1, ModifyIndex: 1 },
};
const INSTANCE = {
  Node: { ID: '', Node: 'node', Address: '127.0.0.1', Datacenter: 'dc1', Meta: {} },
  Service: { ID: 'rehearsal', Service: 'rehearsal', Tags: [], Address: '', Meta: {}, Port: 80 },
  Checks: [],
};

/** Runs the built program that lies in a folder; returns its code caches, each with the path where the loader looks for it. */
export async function makeCodeCaches(folder) {
  const { codeCachePath } = createRequire(import.meta.url)(join(folder, LOADER));
  const caches = await runForCodeCaches({ node: process.execPath, folder });
  return caches.map(({ file, contents }) => ({
    path: codeCachePath(join(folder, file)),
    contents,
  }));
}

/** Has a Node run the built program that lies in a folder; returns the code cache of each of its files for that Node. */
export async function runForCodeCaches({ node, folder }) {
  const work = await mkdtemp(join(tmpdir(), 'autotmpl-build-'));
  const agent = createServer(answer).listen(0, '127.0.0.1');
  try {
    await once(agent, 'listening');
    const caches = [];
    for (const { file, args } of await rehearsals(work, `127.0.0.1:${agent.address().port}`)) {
      const made = join(work, 'cache');
      await promisify(execFile)(node, [REHEARSAL, join(folder, LOADER), file, made, ...args], {
        ...{ cwd: work, env: plainEnvironment(), timeout: REHEARSAL_TIMEOUT_MS },
      });
      caches.push({ file, contents: await readFile(made) });
    }
    return caches;
  } catch (error) {
    const output = error.stderr ? `\n${error.stderr}` : '';
    throw new Error(`the program could not be run for its code cache: ${error.message}${output}`, {
      cause: error,
    });
  } finally {
    agent.closeAllConnections();
    agent.close();
    await rm(work, { recursive: true, force: true });
  }
}

/** Which run has which file's functions compiled: the runs that are most often waited for. */
async function rehearsals(work, address) {
  await writeFile(join(work, 'rehearsal.njk'), TEMPLATE);
  await writeFile(join(work, 'rehearsal.yaml'), CONFIG);
  const consul = `-consul-addr=${address}`;
  return [
    { file: 'main.cjs', args: ['-once', consul, '-template=rehearsal.njk:rehearsal.txt'] },
    { file: 'rest.cjs', args: ['-config=rehearsal.yaml', consul] },
  ];
}

/** Whether a code cache, of whatever V8, was made from this program. */
export function codeCacheBelongs(cache, program) {
  return cache.length > 8 && cache.readUInt32LE(cache.length - 8) === crc32(program);
}

function answer(request, response) {
  // A question for news, which there will not be.
  if (request.url.includes('index=')) return;
  const found = request.url.startsWith('/v1/kv/') ? [KEY] : [INSTANCE];
  response.writeHead(200, {
    ...{ 'Content-Type': 'application/json', 'X-Consul-Index': '1' },
    ...{ 'X-Consul-KnownLeader': 'true', 'X-Consul-LastContact': '0' },
  });
  response.end(JSON.stringify(found));
}

/** What V8 is told in NODE_OPTIONS would be part of what it compares when it reads the cache. */
function plainEnvironment() {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('CONSUL_')),
  );
}
