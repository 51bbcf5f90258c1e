import { lstatSync, symlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { PROGRAM } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { standsStill } from '../support/process-facts.ts';
import { messages, Scene } from '../support/scene.ts';

/** The rows of consul-template's behaviours that a target and what it waits for have to do with, by their numbers. */
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

type Fields = Readonly<Record<string, unknown>>;

const config = (fields: Fields) => ({
  catalog: { consul: { address: agent.address } },
  templates: [{ source: 't.ctmpl', destination: 'out', ...fields }],
});

/** Renders a Go template once. */
async function once(template: string, fields: Fields) {
  scene.write('t.ctmpl', template);
  scene.write('autotmpl.json', JSON.stringify(config(fields)));
  return scene.startWith(['-config', 'autotmpl.json', '-once', '-log-format', 'json']).ended;
}

it('row 56: a command that outlives its time is ended, with all that it started, and so is the run', async () => {
  const { code, stderr } = await once('one', {
    command: 'sleep 300 & echo $! > child; wait',
    commandTimeout: '500ms',
  });
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/sleep 300.*500ms/);
  expect(scene.read('out')).toBe('one');
  expect(scene.read('child')).toMatch(/^\d+\n$/);
  expect(scene.processes()).toEqual([]);
});

describe('row 60: a symbolic link in the place of the file', () => {
  beforeEach(() => {
    scene.write('target', 'old');
    symlinkSync(scene.at('target'), scene.at('out'));
  });

  it('is refused, where consul-template replaces it, and its target left alone', async () => {
    const { code, stderr } = await once('new', {});
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/out: it is a symbolic link.*symlink: follow/);
    expect(lstatSync(scene.at('out')).isSymbolicLink()).toBe(true);
    expect(scene.read('target')).toBe('old');
  });

  it('is followed where that is asked for', async () => {
    const { code, stderr } = await once('new', { symlink: 'follow' });
    expect(code, stderr).toBe(0);
    expect(lstatSync(scene.at('out')).isSymbolicLink()).toBe(true);
    expect(scene.read('target')).toBe('new');
  });
});

it('row 79: one change that a key and a list both show is one text and one command', async () => {
  await agent.putKey('both/a', '0');
  scene.write('t.ctmpl', 'k={{ key "both/a" }} {{ range ls "both" }}l={{ .Value }}{{ end }}');
  const proxy = await CountingProxy.start(agent.address);
  try {
    const catalog = { consul: { address: proxy.address } };
    const program = scene.start({ ...config({ command: 'true' }), catalog });
    const done = () => messages(program, /^done: /).length;
    await scene.until('the first command', () => done() === 1);
    const paths = [...proxy.counts.keys()].filter((path) => path.startsWith('/v1/kv/both'));
    expect(paths).toHaveLength(2);
    for (const turn of [1, 2, 3]) {
      await scene.until('both to be asked for', () =>
        paths.every((path) => proxy.waiting(path) > 0),
      );
      // Both answers are there when it goes on: how far apart a busy machine brings them says nothing about it.
      program.kill('SIGSTOP');
      await scene.until('it to stand still', () => standsStill(program.pid));
      await agent.putKey('both/a', String(turn));
      await scene.until('both answers', () => paths.every((path) => proxy.waiting(path) === 0));
      program.kill('SIGCONT');
      await scene.untilText('out', `k=${turn} l=${turn}`);
      await scene.until(`the command of change ${turn}`, () => done() > turn);
      // consul-template: 2 for each change.
      expect(done() - 1).toBe(turn);
    }
    expect(messages(program, /^wrote out/)).toHaveLength(4);
  } finally {
    await scene.close();
    await proxy.stop();
  }
});

describe('by the name consul-template', () => {
  /** Starts it in a single run, with no more in its log than errors. */
  function start(...flags: readonly string[]) {
    symlinkSync(PROGRAM, scene.at('consul-template'));
    const args = ['-consul-addr', agent.address, '-once', '-log-level', 'err'];
    return scene.startWith([...args, '-template', 't.ctmpl:out', ...flags], {
      link: scene.at('consul-template'),
    });
  }

  it('row 3: a missing key is waited for, in silence at this level, until INT ends it with 12', async () => {
    scene.write('t.ctmpl', '{{ key "never/there" }}');
    const program = start('-pid-file', 'pid');
    await scene.until('it to run', () => scene.exists('pid'));
    // Its answer is here once another key, which was asked for behind it, would be.
    scene.write('there.ctmpl', '{{ key "it/is" }}');
    await agent.putKey('it/is', 'here');
    const other = scene.startWith([
      ...['-consul-addr', agent.address, '-once', '-template', 'there.ctmpl:there'],
    ]);
    expect(await other.ended).toMatchObject({ code: 0 });
    expect(program.isRunning).toBe(true);
    program.kill('SIGINT');
    const end = await program.ended;
    expect(end.code).toBe(12);
    expect(end.stderr).not.toContain('never/there');
    expect(scene.exists('out')).toBe(false);
  });

  it('row 30: a failing template ends a single run with 14, also where it is not fatal', async () => {
    scene.write('t.ctmpl', '{{ "x" | parseInt }}');
    const { code, stderr } = await start('-template-error-fatal=false').ended;
    expect(code).toBe(14);
    expect(stderr).toMatch(/t\.ctmpl:1:\d+: .*parseInt/);
    expect(scene.exists('out')).toBe(false);
  });

  it('row 93: a second INT, as timeout sends it, ends it with 12 at once, whatever is under way', async () => {
    scene.write('t.ctmpl', 'x');
    symlinkSync(PROGRAM, scene.at('consul-template'));
    const command = "trap '' INT TERM; touch runs; while :; do sleep 1; done";
    const program = scene.startWith(['-log-level', 'info', '-template', `t.ctmpl:out:${command}`], {
      link: scene.at('consul-template'),
    });
    await scene.until('the command', () => scene.exists('runs'));
    program.kill('SIGINT');
    await program.logs(/SIGINT: stopping/);
    program.kill('SIGINT');
    expect(await program.ended).toMatchObject({ code: 12 });
  });
});
