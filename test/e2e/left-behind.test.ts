/** What a supervisor leaves behind that gets SIGKILL, and what the next start makes of it. */
import { chmodSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Program } from '../support/autotmpl.ts';
import { freePorts } from '../support/free-ports.ts';
import { Scene } from '../support/scene.ts';

const RECORD = 'socket.processes';

interface Recorded {
  readonly world: string;
  readonly processes: readonly { readonly pid: number; readonly startedAt: string }[];
}

let scene: Scene;
let port: number;

beforeEach(async () => {
  scene = new Scene();
  [port = 0] = await freePorts(1);
});

afterEach(() => scene.close());

/** A server that notes its start, and how it is ended; a port that is taken ends it with 3. */
function start(onTerm = 'process.exit(0)'): Program {
  const server = `
    const note = (word) => require('fs').appendFileSync('order', word + '\\n');
    process.on('SIGTERM', () => { note('term'); ${onTerm}; });
    const server = require('net').createServer();
    server.on('error', () => { note('taken'); process.exit(3); });
    server.listen(${port}, '127.0.0.1', () => note('serves ' + process.pid));`;
  scene.write('catalog.json', '{}');
  scene.write(
    'app.json',
    JSON.stringify({
      catalog: { file: 'catalog.json' },
      control: { socket: scene.at('socket') },
      jobs: [
        {
          ...{ name: 'server', main: true, exec: [process.execPath, '-e', server] },
          ...{ stopTimeout: '500ms', logging: 'prefix' },
        },
      ],
    }),
  );
  return scene.startWith(['supervise', '-config', 'app.json', '-log-format', 'json']);
}

const notes = (): string[] => (scene.exists('order') ? scene.read('order').trim().split('\n') : []);
const served = (): number[] =>
  notes()
    .filter((note) => note.startsWith('serves '))
    .map((note) => Number(note.slice(7)));

/** Starts it, and kills the supervisor once its server serves; returns the server's pid. */
async function leaveServer(onTerm?: string): Promise<number> {
  const program = start(onTerm);
  await scene.until('the server to serve', () => served().length === 1);
  program.kill('SIGKILL');
  await program.ended;
  expect(await accepts()).toBe(true);
  return served()[0] ?? 0;
}

async function accepts(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.destroy());
    socket.once('close', (failed) => resolve(!failed));
    socket.once('error', () => undefined);
  });
}

function runs(pid: number): boolean {
  return scene.processes().includes(pid);
}

describe('a start after a KILL', () => {
  it('ends what was left behind, as it wants to be ended, before anything starts', async () => {
    const orphan = await leaveServer();
    const program = start();
    await scene.until('another server to serve', () => served().length === 2);
    expect(notes()).toEqual([`serves ${orphan}`, 'term', expect.stringMatching(/^serves/)]);
    expect(runs(orphan)).toBe(false);
    expect(program.stderr).toContain(`server (${orphan})`);
    expect((await program.stop()).code).toBe(0);
    expect(scene.exists(RECORD)).toBe(false);
  });

  it('kills what does not end in its time', async () => {
    const orphan = await leaveServer('0');
    const program = start();
    await scene.until('another server to serve', () => served().length === 2);
    expect(runs(orphan)).toBe(false);
    await program.stop();
  });

  it('leaves a process alone that is another one with the same number', async () => {
    const orphan = await leaveServer();
    const record = JSON.parse(scene.read(RECORD)) as Recorded;
    expect(record.processes.map(({ pid }) => pid)).toEqual([orphan]);
    const processes = record.processes.map((one) => ({ ...one, startedAt: '1' }));
    scene.write(RECORD, JSON.stringify({ ...record, processes }));
    expect((await start().ended).code).toBe(3);
    expect(notes()).toEqual([`serves ${orphan}`, 'taken']);
    expect(runs(orphan)).toBe(true);
  });

  it('believes nothing of another life of the system', async () => {
    const orphan = await leaveServer();
    const record = JSON.parse(scene.read(RECORD)) as Recorded;
    scene.write(RECORD, JSON.stringify({ ...record, world: 'another' }));
    expect((await start().ended).code).toBe(3);
    expect(runs(orphan)).toBe(true);
  });

  it.each([
    ['that others could have written', () => chmodSync(scene.at(RECORD), 0o666)],
    ['that is damaged', () => scene.write(RECORD, '{"world')],
  ])('obeys no record %s, and says so', async (_, spoil) => {
    const orphan = await leaveServer();
    spoil();
    const program = start();
    expect((await program.ended).code).toBe(3);
    expect(program.stderr).toMatch(/the record of running processes cannot be read/);
    expect(runs(orphan)).toBe(true);
  });
});

describe('a running supervisor', () => {
  it('is not touched by another start', async () => {
    const program = start();
    await scene.until('the server to serve', () => served().length === 1);
    const second = await start().ended;
    expect(second.code).toBe(78);
    expect(second.stderr).toContain('another program listens on the control socket');
    expect(notes()).toHaveLength(1);
    await program.stop();
  });
});
