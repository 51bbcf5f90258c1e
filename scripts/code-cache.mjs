/**
 * Makes the program's code cache: V8's bytecode, so that a start need not compile. A function is in it once it has run, so the
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

const REHEARSAL = fileURLToPath(new URL('rehearsal.mjs', import.meta.url));
const REHEARSAL_TIMEOUT_MS = 60_000;
/** The most common run: keys, a loop over instances, a filter. */
const TEMPLATE = `{{ key("rehearsal/key") }}
{% for instance in service("rehearsal") %}{{ instance.Address }}:{{ instance.Port | string }}
{% endfor %}
{% if keyExists("rehearsal/key") %}{{ keyOrDefault("rehearsal/key", "") | trim | upper }}{% endif %}
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

/** Runs a built program with its loader; returns the cache and the path where the loader looks for it. */
export async function makeCodeCache({ loader, bundle }) {
  const contents = await runForCodeCache({ node: process.execPath, loader, bundle });
  const { codeCachePath } = createRequire(import.meta.url)(loader);
  return { path: codeCachePath(bundle), contents };
}

/** Has a Node run a built program with its loader; returns the code cache for that Node. */
export async function runForCodeCache({ node, loader, bundle }) {
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-build-'));
  const agent = createServer(answer).listen(0, '127.0.0.1');
  try {
    await once(agent, 'listening');
    const template = join(folder, 'rehearsal.njk');
    await writeFile(template, TEMPLATE);
    const made = join(folder, 'cache');
    const run = [
      '-once',
      `-consul-addr=127.0.0.1:${agent.address().port}`,
      `-template=${template}:${join(folder, 'rehearsal.txt')}`,
    ];
    await promisify(execFile)(node, [REHEARSAL, loader, bundle, made, ...run], {
      env: plainEnvironment(),
      timeout: REHEARSAL_TIMEOUT_MS,
    });
    return await readFile(made);
  } catch (error) {
    const output = error.stderr ? `\n${error.stderr}` : '';
    throw new Error(`the program could not be run for its code cache: ${error.message}${output}`, {
      cause: error,
    });
  } finally {
    agent.closeAllConnections();
    agent.close();
    await rm(folder, { recursive: true, force: true });
  }
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
