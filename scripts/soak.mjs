// npm run soak -- 60s: lets a supervisor live years in a minute: checks that time out, processes that crash, reloads. Then it looks
// whether anything was left: a process, a descriptor, memory. Long enough, it reaches 100,000 timeouts and 10,000 restarts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../bin/autotmpl.js', import.meta.url));
/** Checks by http time out without a process each: they make the numbers. Those by a command make the processes. */
const HTTP_CHECKS = 40;
const COMMAND_CHECKS = 4;
const CRASHING_JOBS = 20;
const WAIT = ['sleep', '100000'];
/** In each round, 0 to 30 ms apart. */
const RELOADS = 300;
/** What it may have grown by once it is warm: a heap breathes. */
const MAY_GROW_BYTES = 40 * 2 ** 20;
const MAY_KEEP_DESCRIPTORS = 5;

const durationMs = durationOf(process.argv[2]);
const folder = await mkdtemp(join(tmpdir(), 'autotmpl-soak-'));
// It takes connections, and says nothing: whoever asks has to give up.
const silent = createServer((socket) => socket.on('error', () => undefined).resume()).listen(
  0,
  '127.0.0.1',
);
await once(silent, 'listening');
await writeFile(
  join(folder, 'autotmpl.json'),
  JSON.stringify(config(silent.address().port, false)),
);
const child = spawn(
  process.execPath,
  [PROGRAM, 'supervise', '-config', join(folder, 'autotmpl.json')],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
const gone = once(child, 'exit').then(() => true);
try {
  // Before it listens to signals, HUP would end it.
  while (!(await exists(join(folder, 'socket')))) await sleep(50);
  const ended = gone.then(() => Promise.reject(new Error('the program ended by itself')));
  process.exitCode = await Promise.race([soak(), ended]);
} finally {
  child.kill('SIGTERM');
  await gone;
  silent.close();
  await rm(folder, { recursive: true, force: true });
}

async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

function durationOf(text = '60s') {
  const seconds = /^(\d+)s$/.exec(text);
  if (seconds === null) throw new Error(`a duration such as 60s, not ${text}`);
  return Number(seconds[1]) * 1000;
}

function config(port, isStormy) {
  return {
    catalog: { file: 'catalog.json' },
    log: { level: 'error' },
    control: { socket: join(folder, 'socket') },
    telemetry: { listen: '127.0.0.1:0' },
    jobs: [{ name: 'main', main: true, exec: WAIT }, ...(isStormy ? stormyJobs(port) : [])],
  };
}

function stormyJobs(port) {
  const check = (name, probe) => ({
    ...{ name, exec: WAIT },
    health: { ...probe, interval: '10ms', timeout: '8ms', ttl: '1m' },
  });
  return [
    ...range(HTTP_CHECKS).map((n) => check(`http-${n}`, { http: `http://127.0.0.1:${port}/` })),
    ...range(COMMAND_CHECKS).map((n) => check(`command-${n}`, { exec: ['sleep', '9'] })),
    ...range(CRASHING_JOBS).map((n) => ({
      ...{ name: `crash-${n}`, exec: ['false'] },
      restarts: { max: 'unlimited', delay: '10ms', factor: 1, cap: '10ms' },
    })),
  ];
}

function range(count) {
  return Array.from({ length: count }, (_, index) => index);
}

async function soak() {
  const events = follow();
  // Two rounds: after the first every path was run, and the heap has found its size.
  await storm(durationMs / 2);
  const before = await calm();
  await storm(durationMs / 2);
  const after = await calm();
  const { timeouts, restarts } = await events.stop();
  const lines = [
    ['check timeouts', timeouts],
    ['restarts', restarts],
    ['reloads', 2 * RELOADS],
    ['children', `${before.children} before, ${after.children} after`],
    ['zombies', after.zombies],
    ['descriptors', `${before.descriptors} before, ${after.descriptors} after`],
    ['memory', `${megabytes(before.memory)} MB before, ${megabytes(after.memory)} MB after`],
  ];
  for (const [name, value] of lines) console.log(`${name.padEnd(16)}${value}`);
  const complaints = [
    timeouts === 0 && 'no check timed out',
    restarts === 0 && 'nothing was started again',
    after.zombies > 0 && 'zombies were left',
    after.descriptors - before.descriptors > MAY_KEEP_DESCRIPTORS && 'descriptors were left',
    after.memory - before.memory > MAY_GROW_BYTES && 'it has grown',
  ].filter(Boolean);
  for (const complaint of complaints) console.error(`FAILED: ${complaint}`);
  return complaints.length === 0 ? 0 : 1;
}

/** Everything goes wrong for so long, while the config is read again and again. */
async function storm(forMs) {
  await use(config(silent.address().port, true));
  const endsAt = Date.now() + forMs;
  for (let sent = 0; sent < RELOADS; sent += 1) {
    child.kill('SIGHUP');
    await sleep((sent * 7) % 31);
  }
  await sleep(Math.max(0, endsAt - Date.now()));
}

/** Nothing happens any more: what is there now is what was left. */
async function calm() {
  await use(config(silent.address().port, false));
  await sleep(5000);
  return facts();
}

async function use(settings) {
  await writeFile(join(folder, 'autotmpl.json'), JSON.stringify(settings));
  child.kill('SIGHUP');
  await sleep(500);
}

/** Counts what happens, as anybody can follow it. */
function follow() {
  const counts = { timeouts: 0, restarts: 0 };
  let close = () => undefined;
  let ended = false;
  const reading = (async () => {
    const { request } = await import('node:http');
    while (!ended) {
      await new Promise((resolve) => {
        const asked = request(
          { socketPath: join(folder, 'socket'), path: '/v1/events' },
          (answer) => {
            let rest = '';
            answer.setEncoding('utf8');
            answer.on('data', (chunk) => {
              const lines = (rest + chunk).split('\n');
              rest = lines.pop();
              for (const line of lines) count(line, counts);
            });
            answer.on('close', resolve);
          },
        );
        asked.on('error', () => setTimeout(resolve, 50));
        asked.end();
        close = () => asked.destroy();
      });
    }
  })();
  return {
    async stop() {
      ended = true;
      close();
      await reading;
      return counts;
    },
  };
}

function count(line, counts) {
  if (line.includes('"check:ended"') && line.includes('"timedOut":true')) counts.timeouts += 1;
  if (line.includes('"job:ended"')) counts.restarts += 1;
  // A reader that is too slow is told how much it has missed.
  const missed = /"dropped":(\d+)/.exec(line);
  if (missed !== null) counts.timeouts += Number(missed[1]);
}

async function facts() {
  const children = await childrenOf(child.pid);
  return {
    children: children.filter(({ state }) => state !== 'Z').length,
    zombies: await lasting(children.filter(({ state }) => state === 'Z')),
    descriptors: (await readdir(`/proc/${child.pid}/fd`)).length,
    memory:
      Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))[1]) * 1024,
  };
}

/** A child that has just ended is a zombie for a moment. */
async function lasting(zombies) {
  await sleep(500);
  const still = new Set(
    (await childrenOf(child.pid)).filter(({ state }) => state === 'Z').map(({ pid }) => pid),
  );
  return zombies.filter(({ pid }) => still.has(pid)).length;
}

async function childrenOf(parent) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const records = await Promise.all(
    pids.map(async (pid) => {
      const record = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [state, parentOf] = record.slice(record.lastIndexOf(')') + 2).split(' ');
      return { pid, state, parent: Number(parentOf) };
    }),
  );
  return records.filter((one) => one.parent === parent);
}

function megabytes(bytes) {
  return Math.round(bytes / 2 ** 20);
}
