import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { freePorts } from '../support/free-ports.ts';
import { nginxBinary, startNginx, type Nginx } from '../support/nginx.ts';
import { messages, Scene } from '../support/scene.ts';
import { CertificateAuthority } from '../support/x509.ts';

let agent: ConsulAgent;
let scene: Scene;
beforeAll(async () => {
  agent = await startConsul();
});
afterAll(() => agent.stop());
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

describe('a file whose change fails, with a real nginx behind it', () => {
  let nginx: Nginx;
  let origin: string;
  let port: number;

  const GOOD = 'return 200 good;';
  /** `nginx -s reload` refuses it. */
  const BROKEN = 'return 200 "unfinished;';
  /** nginx takes it, and serves nothing good. */
  const ILL = 'return 503 ill;';

  /** What nginx's file is made of is one directive from the catalog, put down as it is. */
  const config = (fields: Record<string, unknown> = {}) => ({
    catalog: { consul: { address: agent.address } },
    control: { socket: 'control.sock' },
    templates: [
      {
        contents: [
          'pid nginx.pid; error_log stderr; worker_processes 1; events {}',
          'http { access_log off; server {',
          `listen 127.0.0.1:${port}; location / { {{ key("site/answer") }} }`,
          '} }',
        ].join('\n'),
        destination: 'nginx.conf',
        command: [
          nginxBinary(),
          '-e',
          'stderr',
          '-p',
          scene.folder,
          '-c',
          'nginx.conf',
          '-s',
          'reload',
        ],
        onFailure: 'rollback',
        ...fields,
      },
    ],
  });

  const answer = async (): Promise<string> => (await fetch(origin)).text();
  const untilAnswer = (text: string) =>
    expect.poll(answer, { timeout: 10_000, interval: 50 }).toBe(text);

  /** nginx runs on a good file, and the program keeps it. */
  const startBoth = async (fields: Record<string, unknown> = {}): Promise<Program> => {
    const first = scene.startWith(['-config', 'first.json', '-once']);
    expect((await first.ended).code, first.stderr).toBe(0);
    nginx = await startNginx({ prefix: scene.folder, configFile: 'nginx.conf', url: origin });
    const program = scene.start(config(fields));
    await program.logs(/keeping 1 file true/);
    return program;
  };

  beforeEach(async () => {
    [port = 0] = await freePorts(1);
    origin = `http://127.0.0.1:${port}/`;
    await agent.putKey('site/answer', GOOD);
    scene.write('first.json', JSON.stringify(config({ command: undefined, onFailure: undefined })));
  });
  afterEach(() => nginx.stop());

  it('is rolled back when the reload fails, held over restarts, and follows the data again', async () => {
    const program = await startBoth();
    await agent.putKey('site/answer', BROKEN);
    await program.logs(/nginx.conf is rolled back: the last good file is in place again/);
    await program.logs(/"nginx.conf was rolled back: .*ended with exit code 1/);
    expect(scene.read('nginx.conf')).toContain(GOOD);
    expect(await answer()).toBe('good');
    await scene.until('nothing owed', () => !scene.exists('.nginx.conf.autotmpl-owed'));
    expect(messages(program, /^running: /)).toHaveLength(2);

    program.kill('SIGKILL');
    await program.ended;
    const again = scene.start(undefined);
    await again.logs(/"nginx.conf was rolled back: .*ended with exit code 1/);
    expect(scene.read('nginx.conf')).toContain(GOOD);
    expect(messages(again, /^running: /)).toEqual([]);

    await agent.putKey('site/answer', 'return 200 better;');
    await untilAnswer('better');
    expect(scene.exists('.nginx.conf.autotmpl-rejected')).toBe(false);
    expect(again.isRunning).toBe(true);
  });

  it('is tried again when an operator asks, once the fault that was not its own is gone', async () => {
    const program = await startBoth({
      command: '[ -e mended ]',
    });
    const release = () =>
      scene.startWith(['release', '-config', 'autotmpl.json', 'nginx.conf']).ended;
    await agent.putKey('site/answer', ILL);
    await program.logs(
      /"nginx.conf was rolled back: .*, but by autotmpl release nginx.conf -socket/,
    );
    scene.write('mended', '');
    expect(await release()).toMatchObject({ code: 0, stdout: 'nginx.conf: is tried again\n' });
    await scene.until('the new text', () => scene.read('nginx.conf').includes(ILL));
    await scene.until('nothing owed', () => !scene.exists('.nginx.conf.autotmpl-owed'));
    expect(scene.exists('.nginx.conf.autotmpl-rejected')).toBe(false);
    expect((await release()).stderr).toContain('nginx.conf is not held: it is as it should be');
  });

  it('is rolled back when nginx takes it and the probe says that it serves nothing', async () => {
    const program = await startBoth({ probe: { http: origin, within: '1s' } });
    await agent.putKey('site/answer', ILL);
    await program.logs(
      /did not succeed within 1s: GET .*503 Service Temporarily Unavailable \| ill/,
    );
    await untilAnswer('good');
    await program.logs(/what follows .* works/);
    expect(scene.read('nginx.conf')).toContain(GOOD);
  });

  it('stays as it is and is tried again where nobody wants it back', async () => {
    const program = await startBoth({ onFailure: 'keep' });
    await agent.putKey('site/answer', BROKEN);
    await program.logs(/the files are newer than what runs, it is tried again in/);
    expect(scene.read('nginx.conf')).toContain(BROKEN);
    expect(await answer()).toBe('good');
    await agent.putKey('site/answer', 'return 200 mended;');
    await untilAnswer('mended');
  });

  it('ends the program where that is wanted, and leaves what it owes to the next start', async () => {
    const program = await startBoth({ onFailure: 'exit' });
    await agent.putKey('site/answer', BROKEN);
    const { code, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/nginx.conf asks for the program's end then/);
    expect(scene.exists('.nginx.conf.autotmpl-owed')).toBe(true);
    expect(scene.processes()).toEqual([]);
  });

  it('is rolled back in a single run, which fails, and so does the next on the same data', async () => {
    await (await startBoth()).stop();
    await agent.putKey('site/answer', BROKEN);
    const once = () =>
      scene.startWith(['-config', 'autotmpl.json', '-once', '-log-format', 'json']).ended;
    const first = await once();
    expect(first.code, first.stderr).toBe(1);
    expect(first.stderr).toMatch(/nginx.conf is rolled back/);
    expect(scene.read('nginx.conf')).toContain(GOOD);
    const second = await once();
    expect(second.code, second.stderr).toBe(1);
    expect(second.stderr).not.toMatch(/running: /);
    await agent.putKey('site/answer', GOOD);
    expect((await once()).code).toBe(0);
  });

  it('is not put back and forth where the command fails on the good file too', async () => {
    const program = await startBoth({ command: 'echo run >> runs; [ -e mended ]' });
    await agent.putKey('site/answer', ILL);
    await program.logs(/though the last good files are in place again \(nginx.conf\)/);
    expect(scene.read('nginx.conf')).toContain(GOOD);
    await program.logs(/attempt":2/);
    expect(scene.read('nginx.conf')).toContain(GOOD);
    expect(messages(program, /nginx.conf is rolled back/)).toHaveLength(1);
    scene.write('mended', '');
    await program.logs(/"done: /);
    await scene.until('nothing owed', () => !scene.exists('.nginx.conf.autotmpl-owed'));
  });
});

it('a file that was rolled back lets jobs start that wait for files, and stops them in order for an exit', async () => {
  await agent.putKey('site/text', 'good');
  mkdirSync(scene.at('run'));
  const template = {
    contents: '{{ key("site/text") }}',
    ...{ destination: 'app.conf', command: 'grep -q good app.conf', onFailure: 'rollback' },
  };
  const config = (onFailure: string) => ({
    catalog: { consul: { address: agent.address } },
    templates: [{ ...template, onFailure }],
    jobs: [
      {
        ...{ name: 'app', main: true, stopTimeout: '5s' },
        exec: [
          'sh',
          '-c',
          'trap "echo ended > ended; exit 0" TERM; echo up > up; while :; do sleep 0.1; done',
        ],
      },
    ],
  });
  const first = scene.start(config('rollback'));
  await scene.until('the job', () => scene.exists('up'));
  await first.logs(/"done: /);
  await agent.putKey('site/text', 'bad');
  await first.logs(/app.conf is rolled back/);
  await first.stop();
  scene.remove('up');
  const second = scene.start(undefined);
  await second.logs(/app.conf was rolled back/);
  await scene.until('the job', () => scene.exists('up'));
  await second.stop();
  scene.remove('ended');
  const note = (word: string): string => `echo ${word} >> order`;
  const third = scene.start({
    ...config('exit'),
    jobs: [
      {
        ...{ name: 'app', main: true, stopTimeout: '5s' },
        exec: ['sh', '-c', `trap "${note('app')}; exit 0" TERM; while :; do sleep 0.1; done`],
      },
      {
        ...{ name: 'helper', coprocess: true },
        exec: ['sh', '-c', `trap "${note('helper')}; exit 0" TERM; while :; do sleep 0.1; done`],
      },
    ],
    hooks: { preStop: note('preStop'), postStop: note('postStop') },
    templates: [{ ...template, onFailure: 'exit', command: 'sleep 1; grep -q good app.conf' }],
  });
  const { code, stderr } = await third.ended;
  expect(code, stderr).toBe(1);
  expect(stderr).toContain("app.conf asks for the program's end then");
  expect(scene.read('order').split('\n')).toEqual(['preStop', 'app', 'postStop', 'helper', '']);
  expect(scene.processes()).toEqual([]);
});

it('a single run ends with 1 at the first command that asks for it, and owes what comes after', async () => {
  mkdirSync(scene.at('out'));
  scene.write('catalog.yaml', 'keys: {text: one}\n');
  const template = (name: string, command: string) => ({
    ...{ contents: '{{ key("text") }}', destination: `out/${name}`, command },
    onFailure: 'exit',
  });
  scene.write(
    'once.json',
    JSON.stringify({
      catalog: { file: 'catalog.yaml' },
      templates: [template('a', 'echo a >> runs; [ -e fine ]'), template('b', 'echo b >> runs')],
    }),
  );
  const run = () => scene.startWith(['-config', 'once.json', '-once']).ended;
  const first = await run();
  expect(first.code, first.stderr).toBe(1);
  expect(first.stderr).toMatch(/exit code 1; out\/a asks for the program's end then/);
  expect(scene.read('runs')).toBe('a\n');
  expect(scene.names('out')).toEqual(['.a.autotmpl-owed', '.b.autotmpl-owed', 'a', 'b']);
  scene.write('fine', '');
  expect((await run()).code).toBe(0);
  expect(scene.read('runs')).toBe('a\na\nb\n');
  expect(scene.names('out')).toEqual(['a', 'b']);
});

it('a probe over https trusts an authority that it is told of, and says how to tell it', async () => {
  const authority = new CertificateAuthority('ours');
  const { certificate: cert, privateKey: key } = authority.issue({
    ...{ commonName: 'localhost', altNames: ['localhost'] },
    ...{ fromMs: Date.now() - 60_000, toMs: Date.now() + 3_600_000 },
  });
  const server = createServer({ cert, key }, (_, reply) => reply.end('fine'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    scene.write('authority.pem', authority.certificate);
    scene.write('catalog.yaml', 'keys: {text: one}\n');
    scene.write(
      'once.json',
      JSON.stringify({
        catalog: { file: 'catalog.yaml' },
        templates: [
          {
            ...{ contents: '{{ key("text") }}', destination: 'out', command: 'true' },
            probe: { http: `https://localhost:${port}/`, within: '2s' },
          },
        ],
      }),
    );
    const run = (env: Record<string, string>) =>
      scene.startWith(['-config', 'once.json', '-once'], { env }).ended;
    const strange = await run({});
    expect(strange.code, strange.stderr).toBe(1);
    expect(strange.stderr).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE .*in NODE_EXTRA_CA_CERTS/);
    const trusted = await run({ NODE_EXTRA_CA_CERTS: scene.at('authority.pem') });
    expect(trusted.code, trusted.stderr).toBe(0);
  } finally {
    server.close();
  }
});
