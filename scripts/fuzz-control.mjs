// npm run fuzz -- 30s [SEED]: ill-treats a program at its control socket and its telemetry port for so long, and then looks
// whether it is as well as before: it answers, it never said 500, it is no larger, and it holds no connection.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { ATTACKS, chanceOf, whole } from './fuzz/attacks.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const AT_ONCE = 40;
const PATIENCE_MS = 300;
/** An attack that is not over by then is let be: the server has closed its connection, or ought to. */
const LONGEST_MS = 5000;
const PROBE = join(ROOT, 'test/fixtures/probes/report-on-usr2.cjs');
/** What may be alive that was not before, after garbage collection: code that was compiled late. */
const MAY_KEEP_BYTES = 4e6;
/** What it may take in all: it does not grow with how long it is ill-treated, nor by a body that was too long. */
const MAY_TAKE_BYTES = 250e6;

const folder = await mkdtemp(join(tmpdir(), 'autotmpl-fuzz-'));
const program = await startProgram(folder);
try {
  process.exitCode = await fuzz(
    program,
    durationOf(process.argv[2]),
    Number(process.argv[3] ?? Date.now()),
  );
} finally {
  program.child.kill('SIGTERM');
  await program.ended;
  await rm(folder, { recursive: true, force: true });
}

function durationOf(text = '30s') {
  const seconds = /^(\d+)s$/.exec(text);
  if (seconds === null) throw new Error(`a duration such as 30s, not ${text}`);
  return Number(seconds[1]) * 1000;
}

async function startProgram(folder) {
  const bundle = join(folder, 'program.mjs');
  await build({
    entryPoints: [join(ROOT, 'test/support/fuzzed-program.ts')],
    ...{ outfile: bundle, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' },
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(import.meta.url)});`,
    },
  });
  const socket = join(folder, 'control.sock');
  const probeFile = join(folder, 'probe');
  const words = ['--import', PROBE, bundle, socket, String(PATIENCE_MS)];
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PROBE_FILE: probeFile },
  });
  const said = [];
  child.stderr.on('data', (chunk) => said.push(chunk));
  const ended = once(child, 'exit');
  const [port] = await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => {
      throw new Error(`the program did not start: ${Buffer.concat(said)}`);
    }),
  ]);
  return { child, ended, socket, port: Number(port), said, probeFile };
}

async function fuzz(program, durationMs, seed) {
  const { child, said } = program;
  const chance = chanceOf(seed);
  await ping(program);
  const before = await sizeOf(program);
  const until = Date.now() + durationMs;
  const counts = {};
  const codes = {};
  const names = Object.keys(ATTACKS);
  const attackers = Array.from({ length: AT_ONCE }, async () => {
    while (Date.now() < until && child.exitCode === null) {
      const name = names[whole(chance, names.length)];
      counts[name] = (counts[name] ?? 0) + 1;
      for (const code of await attack(program, ATTACKS[name], chance)) {
        codes[code] = (codes[code] ?? 0) + 1;
      }
    }
  });
  await Promise.all(attackers);
  // The last connections run out of time.
  await sleep(2 * PATIENCE_MS + 200);
  const after = await sizeOf(program);
  const troubles = [
    ...(child.exitCode === null ? [] : [`it ended with ${child.exitCode}`]),
    ...(codes[500] === undefined ? [] : [`it said 500 ${codes[500]} times`]),
    ...(said.length === 0 ? [] : [`it logged: ${Buffer.concat(said).toString().slice(0, 2000)}`]),
    ...(after.heap - before.heap > MAY_KEEP_BYTES ? ['it keeps more than before'] : []),
    ...(after.memory > MAY_TAKE_BYTES ? ['it takes too much memory'] : []),
    ...(after.files > before.files ? [`${after.files - before.files} descriptors are left`] : []),
    ...(await ping(program).then(
      () => [],
      (error) => [`it does not answer any more: ${error.message}`],
    )),
  ];
  console.log(JSON.stringify({ seed, counts, codes, before, after, troubles }, undefined, 2));
  return troubles.length === 0 ? 0 : 1;
}

/** Returns the status codes that came back. */
async function attack({ socket, port }, act, chance) {
  const connection = chance() < 0.5 ? connect(socket) : connect(port, '127.0.0.1');
  let text = '';
  connection.on('error', () => undefined);
  connection.on('data', (chunk) => (text += chunk.toString('latin1').slice(0, 200)));
  await Promise.race([act(connection, chance), sleep(LONGEST_MS, undefined, { ref: false })]);
  connection.destroy();
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => code);
}

/** While it is attacked all its connections may be taken: then it is asked again. */
async function ping({ socket }) {
  for (let round = 0; ; round++) {
    try {
      return await new Promise((resolve, reject) => {
        const asked = request({ socketPath: socket, path: '/v3/ping', agent: false }, (answer) => {
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode));
        });
        asked.setTimeout(2000, () => asked.destroy(new Error('no answer within 2 s')));
        asked.once('error', reject);
        asked.end();
      });
    } catch (error) {
      if (round === 20) throw error;
      await sleep(100);
    }
  }
}

/** After garbage collection. */
async function sizeOf({ child, probeFile }) {
  await rm(probeFile, { force: true });
  child.kill('SIGUSR2');
  while (child.exitCode === null && !(await exists(probeFile))) await sleep(20);
  if (child.exitCode !== null) return { heap: 0, memory: 0, files: 0 };
  const { heap, rss } = JSON.parse(await readFile(probeFile, 'utf8'));
  return { heap, memory: rss, files: (await readdir(`/proc/${child.pid}/fd`)).length };
}

async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
