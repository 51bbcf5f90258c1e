/** Commands that take a while and say, when they are told to stop, what they have. */
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scene } from '../support/scene.ts';
import { waitUntil } from '../support/wait-until.ts';

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

describe('a command that is told to stop', () => {
  let scene: Scene;
  let server: Server | undefined;
  beforeEach(() => {
    scene = new Scene();
    scene.write('a.njk', '{{ key("app/name") }}');
  });
  afterEach(async () => {
    await scene.close();
    server?.close();
    server = undefined;
  });

  it.each(SIGNALS)('explains what it has found until then: %s', async (signal, code) => {
    let asked = 0;
    const silent = createServer(() => (asked += 1));
    server = silent;
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { readonly port: number };
    const program = scene.startWith(['explain', '-timeout', '1h', 'a.njk'], {
      env: { CONSUL_HTTP_ADDR: `127.0.0.1:${port}` },
    });
    await waitUntil(() => asked > 0, { what: 'the question' });
    program.kill(signal);
    const end = await program.ended;
    expect(end).toMatchObject({ code, stderr: '' });
    expect(end.stdout).toMatch(/waits for key\(app\/name\)/);
  });

  it.each(SIGNALS)('sums up what it has played until then: %s', async (signal, code) => {
    scene.write(
      'r.yaml',
      'recording: { started: 2026-01-31T12:00:00Z }\nkeys: { app/name: one }\nchanges:\n  - { after: 1h, catalog: { keys: { app/name: two } } }\n',
    );
    const program = scene.startWith(['replay', 'r.yaml', '-template', 'a.njk:a.conf']);
    await waitUntil(() => program.stdout.includes('a.conf'), { what: 'the first text' });
    program.kill(signal);
    const end = await program.ended;
    expect(end.code).toBe(code);
    expect(end.stderr).toMatch(/^played 1 change in .*: 1 text of 1 file\n$/);
  });

  it.each(SIGNALS)(
    'has followed the events to its end, which is no failure: %s',
    async (signal) => {
      server = createHttpServer(
        (_, response) => void response.write('{"event":"target:written"}\n'),
      );
      const listening = server;
      await new Promise<void>((resolve) => listening.listen(scene.at('socket'), resolve));
      const program = scene.startWith(['events', '-format', 'json', '-socket', scene.at('socket')]);
      await waitUntil(() => program.stdout !== '', { what: 'the first event' });
      program.kill(signal);
      expect(await program.ended).toEqual({
        ...{ code: 0, signal: null },
        ...{ stdout: '{"event":"target:written"}\n', stderr: '' },
      });
    },
  );
});
