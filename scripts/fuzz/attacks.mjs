// Ways to ill-treat an HTTP server. Each takes a connection and a source of chance, and resolves when the connection is closed.
import { setTimeout as sleep } from 'node:timers/promises';

/** A source of chance that can be repeated: numbers of 0 up to 1 (mulberry32). */
export function chanceOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const whole = (chance, below) => Math.floor(chance() * below);
const pick = (chance, list) => list[whole(chance, list.length)];
const bytes = (chance, length) => Buffer.from(Array.from({ length }, () => whole(chance, 256)));

const PATHS = [
  '/v3/ping',
  '/v3/environ',
  '/v3/metric',
  '/v3/reload',
  '/v3/maintenance/enable',
  '/v1/status',
  '/v1/events',
  '/v1/jobs/web/signal',
  '/v1/jobs/web/stop',
  '/metrics',
  '/status',
  '/readyz',
];
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT'];
const BODIES = [
  '{}',
  '{"signal":"HUP"}',
  '{"A":"b"}',
  '{"A":null}',
  '{"fuzzed":1}',
  '{"__proto__":"x"}',
  '[[[[',
  '"',
  '{"a":',
  'null',
  '\u0000',
  `${'['.repeat(200_000)}`,
  `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
];

function request(chance) {
  const body = pick(chance, BODIES);
  const path = chance() < 0.7 ? pick(chance, PATHS) : `/${bytes(chance, 12).toString('base64url')}`;
  const head = `${pick(chance, METHODS)} ${path} HTTP/1.1\r\nHost: x\r\n`;
  return Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function closed(socket) {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => socket.once('close', resolve));
}

/** At the pace of the other side, until that closes. */
async function writeLong(socket, chunk, total) {
  let wake = () => undefined;
  socket.on('drain', () => wake()).once('close', () => wake());
  for (let sent = 0; sent < total && !socket.destroyed; sent += chunk.length) {
    if (!socket.write(chunk) && !socket.destroyed) await new Promise((resolve) => (wake = resolve));
  }
}

const MEGABYTE = Buffer.alloc(2 ** 20, 'x');

/** By name. */
export const ATTACKS = {
  'random bytes': async (socket, chance) => {
    socket.write(bytes(chance, 1 + whole(chance, 4000)));
    await closed(socket);
  },
  'a request': async (socket, chance) => {
    socket.write(request(chance));
    socket.resume();
    // A stream of events does not end by itself.
    await Promise.race([closed(socket), sleep(500)]);
  },
  'a request with some bytes changed': async (socket, chance) => {
    const text = request(chance);
    for (let count = 1 + whole(chance, 5); count > 0; count--) {
      text[whole(chance, text.length)] = whole(chance, 256);
    }
    socket.write(text);
    await Promise.race([closed(socket), sleep(1500)]);
  },
  'a body that is too long': async (socket) => {
    socket.write(`POST /v3/environ HTTP/1.1\r\nHost: x\r\nContent-Length: ${8 * 2 ** 20}\r\n\r\n`);
    await writeLong(socket, MEGABYTE, 8 * 2 ** 20);
    await closed(socket);
  },
  'chunks without end': async (socket) => {
    socket.write('POST /v3/environ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), MEGABYTE, Buffer.from('\r\n')]);
    await writeLong(socket, chunk, 64 * 2 ** 20);
    await closed(socket);
  },
  'less than it promised': async (socket) => {
    socket.write('POST /v3/environ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{"A":');
    await closed(socket);
  },
  'more than anybody could send': async (socket) => {
    socket.write('POST /v3/environ HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n{');
    await closed(socket);
  },
  'a byte now and then': async (socket) => {
    for (const character of `GET /v3/ping HTTP/1.1\r\nX: ${'y'.repeat(1000)}`) {
      if (socket.destroyed) break;
      socket.write(character);
      await sleep(15);
    }
    await closed(socket);
  },
  nothing: closed,
  'half a request': async (socket, chance) => {
    const text = request(chance);
    socket.end(text.subarray(0, whole(chance, text.length)));
    await Promise.race([closed(socket), sleep(1500)]);
  },
  'a request, and gone': async (socket, chance) => {
    socket.write(request(chance));
    await sleep(whole(chance, 20));
    socket.destroy();
  },
  'long headers': async (socket) => {
    socket.write(`GET /v3/ping HTTP/1.1\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`);
    await closed(socket);
  },
  'many headers': async (socket) => {
    socket.write(`GET /v3/ping HTTP/1.1\r\n${'X: y\r\n'.repeat(3000)}\r\n`);
    await closed(socket);
  },
  'many requests at once': async (socket) => {
    socket.write('GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200));
    await closed(socket);
  },
  'events that nobody reads': async (socket) => {
    socket.pause();
    socket.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
    await sleep(300);
    socket.destroy();
  },
  'another protocol': async (socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    socket.resume();
    await closed(socket);
  },
};
