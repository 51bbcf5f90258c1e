import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { TargetStatus } from '../../src/control/controlled.ts';
import { askControl, followControl } from '../../src/control/client.ts';
import { AutotmplError } from '../../src/core/errors.ts';
import { ControlScene } from '../support/control-scene.ts';
import { waitUntil } from '../support/wait-until.ts';

let scene: ControlScene;

beforeEach(async () => {
  scene = await ControlScene.create();
});
afterEach(() => scene.end());

/** The message and status of a refusal, seen as a plain client sees it. */
async function raw(method: string, path: string, body = ''): Promise<string> {
  return scene.send(
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

describe('the file of the control socket', () => {
  it('is for its owner alone, and nothing else is left beside it', async () => {
    await scene.serve();
    expect((await lstat(scene.socket)).mode & 0o777).toBe(0o600);
    expect(await readdir(scene.folder)).toEqual(['autotmpl.sock']);
  });

  it('takes the mode that the config says, whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      await scene.serve({ control: { socket: scene.socket, mode: 0o660 } });
    } finally {
      process.umask(before);
    }
    expect((await lstat(scene.socket)).mode & 0o777).toBe(0o660);
  });

  it('goes with the program, and never takes away what another has put in its place', async () => {
    await scene.serve();
    await scene.control.close();
    expect(await readdir(scene.folder)).toEqual([]);
    await scene.serve();
    const other = createServer().listen(join(scene.folder, 'other'));
    await once(other, 'listening');
    const { rename } = await import('node:fs/promises');
    await rename(join(scene.folder, 'other'), scene.socket);
    await scene.control.close();
    expect(await readdir(scene.folder)).toEqual(['autotmpl.sock']);
    other.close();
  });

  it('takes the place of one that a dead program left', async () => {
    const script = `require('net').createServer().listen(${JSON.stringify(scene.socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    expect((await lstat(scene.socket)).isSocket()).toBe(true);
    await scene.serve();
    await scene.ask('GET', '/v1/status');
  });

  it('is refused where a living program listens, which goes on undisturbed', async () => {
    await scene.serve();
    const second = await ControlScene.create();
    const attempt = second.control.apply({ control: { socket: scene.socket, mode: 0o600 } });
    await expect(attempt).rejects.toThrow(
      `another program listens on the control socket ${scene.socket}`,
    );
    expect(await scene.ask('GET', '/v1/status')).toMatchObject({ version: '1.2.3' });
    await second.end();
    expect(await scene.ask('GET', '/v1/status')).toMatchObject({ version: '1.2.3' });
  });

  it('goes to one of several programs that start together, and the others hear of it', async () => {
    const script = `require('net').createServer().listen(${JSON.stringify(scene.socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    const others = await Promise.all(Array.from({ length: 6 }, () => ControlScene.create()));
    const results = await Promise.allSettled(
      others.map(({ control }) =>
        control.apply({ control: { socket: scene.socket, mode: 0o600 } }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await askControl(scene.socket, { method: 'GET', path: '/v3/ping' })).text).toBe('\n');
    await Promise.all(others.map((other) => other.end()));
  });

  it.each([
    ['a file', (path: string) => writeFile(path, 'mine')],
    ['a folder', (path: string) => mkdir(path)],
    ['a link', (path: string) => symlink('/dev/null', path)],
  ])('never replaces %s', async (_, make) => {
    await make(scene.socket);
    await expect(scene.serve()).rejects.toThrow('is no socket: it is not replaced');
    expect(await readdir(scene.folder)).toEqual(['autotmpl.sock']);
  });

  it('says what is wrong with a path that is too long, or a folder that is not there', async () => {
    const long = join(scene.folder, 'x'.repeat(100));
    await expect(scene.serve({ control: { socket: long, mode: 0o600 } })).rejects.toThrow(
      'the path of the control socket is too long',
    );
    const nowhere = join(scene.folder, 'no', 'sock');
    await expect(scene.serve({ control: { socket: nowhere, mode: 0o600 } })).rejects.toThrow(
      /the control socket .* cannot be made: ENOENT/,
    );
  });

  it('is missed with a warning only, where nobody named it', async () => {
    const control = { socket: join(scene.folder, 'no', 'sock'), mode: 0o600, byDefault: true };
    await scene.serve({ control });
    expect(scene.logger.text()).toContain('warn nobody can ask this program: the control socket');
  });

  it('moves with the config, and stays where the new place cannot be had', async () => {
    await scene.serve();
    const elsewhere = join(scene.folder, 'elsewhere');
    await scene.serve({ control: { socket: elsewhere, mode: 0o600 } });
    expect(await readdir(scene.folder)).toEqual(['elsewhere']);
    await writeFile(scene.socket, '');
    await expect(scene.serve()).rejects.toThrow('is no socket');
    expect((await askControl(elsewhere, { method: 'GET', path: '/v3/ping' })).status).toBe(200);
    await scene.serve({ control: undefined });
    expect(await readdir(scene.folder)).toEqual(['autotmpl.sock']);
  });
});

describe("ContainerPilot 3's paths", () => {
  beforeEach(() => scene.serve());

  it('answer a ping with an empty line', async () => {
    const answer = await raw('GET', '/v3/ping');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer.endsWith('\r\n\r\n\n')).toBe(true);
  });

  it.each(['/v3/environ', '/v3/env'])(
    'take variables at %s, and null takes one away',
    async (path) => {
      const values = { A: '1', B: '', C: null, D: 'a=b=c' };
      expect(await scene.ask('POST', path, values)).toEqual({ updated: true });
      expect(scene.controlled.asked).toEqual([['environment', values]]);
    },
  );

  it.each([
    ['{"A": 5}', 'A: expected a string or null, found a number'],
    ['{"": "x"}', '\\"\\" cannot be the name of a variable'],
    ['{"A=B": "x"}', 'cannot be the name of a variable'],
    ['{"A": "x\\u0000y"}', 'A: a value cannot hold a NUL'],
    ['[]', 'expected a JSON object, found a list'],
    ['null', 'expected a JSON object, found null'],
    ['{', 'the body is no JSON'],
    ['', 'the body is empty; expected a JSON object'],
  ])('refuse %s as variables with 422, and set none', async (body, message) => {
    const answer = await raw('POST', '/v3/environ', body);
    expect(answer).toMatch(/^HTTP\/1\.1 422 /);
    expect(answer).toContain(message);
    expect(scene.controlled.asked).toEqual([]);
  });

  it('never quote a body that is wrong: it may hold a secret', async () => {
    const answer = await raw('POST', '/v3/environ', '{"TOKEN": hunter2}');
    expect(answer).toMatch(/^HTTP\/1\.1 422 /);
    expect(answer).not.toContain('hunter2');
    expect(answer).not.toContain('TOKEN');
  });

  it('switch maintenance by the two words that there are', async () => {
    await scene.ask('POST', '/v3/maintenance/enable');
    await scene.ask('POST', '/v3/maintenance/disable');
    expect(scene.controlled.asked).toEqual([
      ['maintenance', true],
      ['maintenance', false],
    ]);
    expect(await raw('POST', '/v3/maintenance/off')).toMatch(/^HTTP\/1\.1 404 /);
    expect(scene.controlled.asked).toHaveLength(2);
  });

  it('reload, and refuse with 422 and the reason where the config is wrong', async () => {
    expect(await scene.ask('POST', '/v3/reload')).toEqual({ updated: true });
    scene.controlled.reloadResult = { ok: false, reason: 'app.json:3:5: no' };
    const answer = await raw('POST', '/v3/reload');
    expect(answer).toMatch(/^HTTP\/1\.1 422 /);
    expect(answer).toContain('{"error":"app.json:3:5: no"}');
  });

  it('say that there are no metrics where the config has none', async () => {
    const answer = await raw('POST', '/v3/metric', '{"a": 1}');
    expect(answer).toMatch(/^HTTP\/1\.1 422 /);
    expect(answer).toContain('the config has no telemetry');
  });

  it('answer another method with 405 and the ones that are allowed', async () => {
    const put = await raw('PUT', '/v3/environ', '{}');
    expect(put).toMatch(/^HTTP\/1\.1 405 /);
    expect(put).toMatch(/allow: POST\r\n/i);
    expect(await raw('POST', '/v3/ping')).toMatch(/allow: GET, HEAD\r\n/i);
    expect(await raw('GET', '/v3/reload')).toMatch(/^HTTP\/1\.1 405 /);
    expect(scene.controlled.asked).toEqual([]);
  });

  it('answer an unknown path with 404 and the ones that are known', async () => {
    const answer = await raw('GET', '/v3/pong');
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toContain('there is nothing at \\"/v3/pong\\"');
    expect(answer).toContain('POST /v3/environ');
  });

  it('say 409 where nothing is supervised', async () => {
    scene.controlled.isSupervised = false;
    const answer = await raw('POST', '/v3/maintenance/enable');
    expect(answer).toMatch(/^HTTP\/1\.1 409 /);
    expect(answer).toContain('nothing is supervised');
  });
});

describe('a connection', () => {
  beforeEach(() => scene.serve());

  it('has one request, and what is sent behind it is not carried out', async () => {
    const request = 'POST /v1/jobs/web/start HTTP/1.1\r\nHost: x\r\n\r\n';
    const answers = await scene.send(request.repeat(50));
    expect(answers).toMatch(/^HTTP\/1\.1 200 /);
    expect(scene.controlled.asked).toEqual([['start', 'web']]);
  });

  it('hears 413 of a body that is too long, even one that is on its way already', async () => {
    const length = 3 * 2 ** 20;
    const head = `POST /v3/environ HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
    expect(await scene.send(head + ' '.repeat(length))).toMatch(/^HTTP\/1\.1 413 /);
    const chunk = `100000\r\n${' '.repeat(2 ** 20)}\r\n`;
    const chunked = 'POST /v3/environ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answer = await scene.send(`${chunked}${chunk.repeat(3)}0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('is not told to go on with a body that is too long', async () => {
    const head = `POST /v3/environ HTTP/1.1\r\nHost: x\r\nContent-Length: ${2 ** 30}\r\n`;
    const answer = await scene.send(`${head}Expect: 100-continue\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('our own paths', () => {
  beforeEach(() => scene.serve());

  it('show how everything stands, also without a supervisor', async () => {
    scene.controlled.presentFiles = {
      ready: false,
      targets: [{ label: 'a.njk', state: 'waiting', reason: 'waits for service(sales)' }],
    };
    expect(await scene.ask('GET', '/v1/status')).toMatchObject({
      version: '1.2.3',
      ready: false,
      notReady: ['not rendered yet: a.njk'],
      phase: 'running',
      jobs: [{ name: 'web', pid: 4242 }],
      targets: [{ label: 'a.njk', state: 'waiting' }],
      queries: { fresh: 0, held: 0, suspect: 0, unanswered: 0 },
    });
    scene.controlled.isSupervised = false;
    expect(await scene.ask('GET', '/v1/status')).toMatchObject({ jobs: [], targets: [{}] });
  });

  it('release a held file by its name', async () => {
    scene.controlled.releaseResult = { outcome: 'released', label: 'a.conf' };
    expect(await scene.ask('POST', '/v1/targets/release', { target: '/etc/a.conf' })).toEqual({
      updated: true,
      target: 'a.conf',
    });
    expect(scene.controlled.asked).toEqual([['release', '/etc/a.conf']]);
    scene.controlled.releaseResult = { outcome: 'triedAgain', label: 'a.conf' };
    expect(await scene.ask('POST', '/v1/targets/release', { target: 'a.conf' })).toEqual({
      ...{ updated: true, target: 'a.conf', triedAgain: true },
    });
  });

  it('say why a file cannot be released', async () => {
    const ask = (target: unknown) => scene.ask('POST', '/v1/targets/release', { target });
    await expect(ask(7)).rejects.toThrow("target: expected a file's name, found a number");
    await expect(ask('')).rejects.toThrow("target: expected a file's name, found none");
    scene.controlled.presentFiles = {
      ready: true,
      targets: [{ label: 'nginx.conf', state: 'current' }],
    };
    scene.controlled.releaseResult = { outcome: 'unknown' };
    await expect(ask('ngnix.conf')).rejects.toThrow(
      'there is no file "ngnix.conf"; did you mean nginx.conf?',
    );
    await expect(ask('web')).rejects.toThrow('there is no file "web" (nginx.conf)');
    const files = ['a', 'b', 'c', 'd', 'e', 'f'];
    scene.controlled.presentFiles = {
      ready: true,
      targets: files.map((file) => ({ label: `/etc/${file}`, state: 'current' })),
    };
    await expect(ask('web')).rejects.toThrow('there is no file "web" (autotmpl status lists all)');
    scene.controlled.presentFiles = { ready: true, targets: [] };
    await expect(ask('web')).rejects.toThrow('there is no file "web" (none is kept true)');
    const notHeld = async (target: Omit<TargetStatus, 'label'>): Promise<unknown> => {
      scene.controlled.releaseResult = { outcome: 'notHeld', target: { label: 'a', ...target } };
      return ask('a').catch((error: Error) => error.message);
    };
    expect(await notHeld({ state: 'current' })).toBe('a is not held: it is as it should be');
    expect(await notHeld({ state: 'waiting', reason: 'key(b) is unanswered' })).toBe(
      'a is not held: it waits: key(b) is unanswered',
    );
    expect(await notHeld({ state: 'failing', reason: 'no room' })).toBe(
      'a is not held: it fails: no room',
    );
    expect(await notHeld({ state: 'held', heldBy: 'group', reason: 'because of b' })).toBe(
      'a is held by its group: because of b; release the one that is to blame',
    );
  });

  it.each(['start', 'stop', 'restart'])('%s a job', async (verb) => {
    expect(await scene.ask('POST', `/v1/jobs/web/${verb}`)).toEqual({ updated: true, job: 'web' });
    expect(scene.controlled.asked).toEqual([[verb, 'web']]);
  });

  it('answer a stop only when the job is down', async () => {
    let down = (): void => undefined;
    scene.controlled.stopped = new Promise((resolve) => (down = resolve));
    let answered = false;
    const stop = scene.ask('POST', '/v1/jobs/web/stop').then(() => (answered = true));
    await waitUntil(() => scene.controlled.asked.length === 1, { what: 'the job is told' });
    expect(await scene.ask('GET', '/v1/status')).toBeDefined();
    expect(answered).toBe(false);
    down();
    await stop;
  });

  it('signal a job by a name with or without SIG, in any case', async () => {
    for (const signal of ['HUP', 'SIGUSR2', 'term']) {
      await scene.ask('POST', '/v1/jobs/web/signal', { signal });
    }
    expect(scene.controlled.asked.map(([, , signal]) => signal)).toEqual([
      'SIGHUP',
      'SIGUSR2',
      'SIGTERM',
    ]);
  });

  it.each([
    ['{"signal": "HUB"}', '422', 'there is no \\"HUB\\"; did you mean HUP?'],
    ['{"signal": 15}', '422', 'expected a name such as'],
    ['{}', '422', 'expected a name such as'],
  ])('refuse %s as a signal', async (body, status, message) => {
    const answer = await raw('POST', '/v1/jobs/web/signal', body);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain(message);
  });

  it('say 409 where there is nobody to signal, or the part refuses', async () => {
    scene.controlled.isAnybodyThere = false;
    await expect(scene.ask('POST', '/v1/jobs/web/signal', { signal: 'HUP' })).rejects.toThrow(
      'web has no process that could be signalled',
    );
    scene.controlled.jobError = new AutotmplError('config', 'it is stopping');
    await expect(scene.ask('POST', '/v1/jobs/web/start')).rejects.toThrow('it is stopping');
  });

  it('know no job but those there are, by any way of writing it', async () => {
    await expect(scene.ask('POST', '/v1/jobs/wep/stop')).rejects.toThrow(
      'there is no job "wep"; did you mean web?',
    );
    for (const name of ['%', '..%2f', '%00', 'a/b', '__proto__', '']) {
      expect(await raw('POST', `/v1/jobs/${name}/stop`)).toMatch(/^HTTP\/1\.1 404 /);
    }
    expect(scene.controlled.asked).toEqual([]);
    scene.controlled.present = {
      ...scene.controlled.present,
      jobs: [{ ...scene.controlled.present.jobs[0]!, name: 'a/b c' }],
    };
    await scene.ask('POST', '/v1/jobs/a%2Fb%20c/stop');
    expect(scene.controlled.asked).toEqual([['stop', 'a/b c']]);
  });

  it('hide a defect behind 500, log it, and go on', async () => {
    scene.controlled.jobError = new TypeError('no');
    await expect(scene.ask('POST', '/v1/jobs/web/start')).rejects.toThrow('no');
    expect(scene.logger.text()).toContain('error the control socket failed: no');
    await scene.ask('GET', '/v1/status');
  });
});

describe('the stream of events', () => {
  beforeEach(() => scene.serve());

  it('tells each follower what happens from then on, and nothing of an environment', async () => {
    const lines: string[] = [];
    const over = new AbortController();
    const followed = followControl(
      scene.socket,
      '/v1/events',
      (line) => lines.push(line),
      over.signal,
    );
    await waitUntil(() => scene.bus.listeners('job:changed') === 1, { what: 'somebody follows' });
    await scene.ask('POST', '/v3/environ', { TOKEN: 'hunter2' });
    scene.bus.emit('job:changed', { job: 'web', state: 'running', pid: 7 });
    await waitUntil(() => lines.length === 1, { what: 'a line' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      event: 'job:changed',
      job: 'web',
      state: 'running',
      pid: 7,
    });
    over.abort();
    await followed;
    await waitUntil(() => scene.bus.listeners('job:changed') === 0, { what: 'nobody follows' });
  });

  it('drops what a slow reader has no room for, tells it how many, and goes on', async () => {
    const socket = scene.connect();
    socket.pause();
    socket.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitUntil(() => scene.bus.listeners('job:changed') === 1, { what: 'somebody follows' });
    const reason = 'x'.repeat(10_000);
    const before = process.memoryUsage().rss;
    for (let index = 0; index < 20_000; index++) {
      scene.bus.emit('target:failed', { target: String(index), reason });
    }
    // 200 MB were told.
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.resume();
    const said = await waitUntil(() => /"event":"events:dropped","count":(\d+)/.exec(text), {
      what: 'how many were dropped',
    });
    const received = text.split('"event":"target:failed"').length - 1;
    expect(Number(said[1]) + received).toBe(20_000);
    scene.bus.emit('renderer:ready', { targets: 1 });
    await waitUntil(() => text.includes('renderer:ready'), { what: 'what comes after' });
    socket.destroy();
  });

  it('has room for so many followers, and says so to the next', async () => {
    const sockets = Array.from({ length: 16 }, () => scene.connect());
    for (const socket of sockets) socket.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitUntil(() => scene.bus.listeners('job:changed') === 16, { what: 'all follow' });
    expect(await raw('GET', '/v1/events')).toMatch(/^HTTP\/1\.1 503 /);
    for (const socket of sockets) socket.destroy();
    await waitUntil(() => scene.bus.listeners('job:changed') === 0, { what: 'all are gone' });
  });

  it('ends with the program', async () => {
    const followed = followControl(
      scene.socket,
      '/v1/events',
      () => undefined,
      new AbortController().signal,
    );
    await waitUntil(() => scene.bus.listeners('job:changed') === 1, { what: 'somebody follows' });
    await scene.control.close();
    await followed;
  });
});

describe('who asks', () => {
  it('hears where nobody is, and what to do', async () => {
    const ask = (socket: string) => askControl(socket, { method: 'GET', path: '/v3/ping' });
    await expect(ask(scene.socket)).rejects.toThrow(`there is no control socket ${scene.socket}`);
    await writeFile(scene.socket, '');
    await expect(ask(scene.socket)).rejects.toMatchObject({ code: 'control' });
    const script = `require('net').createServer().listen(${JSON.stringify(`${scene.socket}2`)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    await expect(ask(`${scene.socket}2`)).rejects.toThrow('nobody listens on the control socket');
  });

  it.skipIf(process.getuid?.() !== 0)('is let in only as the owner', async () => {
    await scene.serve();
    await chmod(scene.folder, 0o755);
    const script = `process.setgid(65534); process.setuid(65534);
      require('net').connect(${JSON.stringify(scene.socket)}).on('connect', () => process.exit(1)).on('error', (e) => process.exit(e.code === 'EACCES' ? 42 : 2))`;
    const [code] = (await once(spawn(process.execPath, ['-e', script]), 'exit')) as [number];
    expect(code).toBe(42);
  });

  it('does not wait for ever for a program that says nothing', async () => {
    const mute = createServer().listen(scene.socket);
    await once(mute, 'listening');
    await expect(
      askControl(scene.socket, { method: 'GET', path: '/v3/ping', timeoutMs: 50 }),
    ).rejects.toThrow('no answer within 0.05 s');
    mute.close();
  });
});
