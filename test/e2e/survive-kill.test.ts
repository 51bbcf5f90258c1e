import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startChild, type Child } from '../support/child.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { messages, Scene } from '../support/scene.ts';
import { waitUntil } from '../support/wait-until.ts';

const READER = fileURLToPath(new URL('../fixtures/readers/read-whole.mjs', import.meta.url));
const ROUNDS = 24;
/** A start to the first write takes less; every other round dies during one, the others while versions are written. */
const LONGEST_LIFE_MS = 500;

/** Some 200 kB, so that a write takes its time. */
const TEMPLATE = [
  'begin {{ key("site/version") }}',
  '{% for line in range(4000) %}{{ key("site/version") }} is the version, says line {{ line }} of many',
  '{% endfor %}end {{ key("site/version") }}',
  '',
].join('\n');

let agent: ConsulAgent;
let scene: Scene;
beforeAll(async () => {
  agent = await startConsul();
});
afterAll(() => agent.stop());
beforeEach(async () => {
  scene = new Scene();
  await agent.putKey('site/version', '0');
});
afterEach(() => scene.close());

const watch = (template: Readonly<Record<string, unknown>>) =>
  scene.start({
    catalog: { consul: { address: agent.address } },
    templates: [{ contents: TEMPLATE, destination: 'out/site.conf', ...template }],
  });

const kill = async (program: Program): Promise<void> => {
  program.kill('SIGKILL');
  await program.ended;
};

/** Writes versions until stopped; says the last one. */
function keepWriting(): () => Promise<number> {
  let version = 0;
  let stopped = false;
  const writing = (async () => {
    while (!stopped) {
      version += 1;
      await agent.putKey('site/version', String(version));
      await sleep(20);
    }
  })();
  return async () => {
    stopped = true;
    await writing;
    return version;
  };
}

async function verdict(reader: Child) {
  reader.kill('SIGTERM');
  await reader.ended;
  return JSON.parse(reader.stdout) as { reads: number; versions: number; broken: string[] };
}

describe('an autotmpl that is killed with -9', () => {
  it('never shows a reader half a file, at whatever moment it dies, and the next start puts all right', async () => {
    const reader = startChild([process.execPath, READER, scene.at('out/site.conf')]);
    const stopWriting = keepWriting();
    const command = 'head -1 out/site.conf > applied';
    const delays: number[] = [];
    try {
      await kill(await firstFile(watch({ command })));
      await waitUntil(() => reader.stderr.includes('reading'), { what: 'a reader at work' });
      for (let round = 0; round < ROUNDS; round += 1) {
        const program = watch({ command });
        if (round % 2 === 0) await program.logs(/"wrote /);
        delays.push(Math.random() * LONGEST_LIFE_MS);
        await sleep(delays.at(-1));
        await kill(program);
      }
      const version = await stopWriting();
      const last = watch({ command });
      await scene.untilText('applied', `begin ${version}\n`);
      await scene.until('nothing but the file', () => scene.names('out').length === 1);
      expect(scene.read('out/site.conf').startsWith(`begin ${version}\n`)).toBe(true);
      expect((await last.stop()).code).toBe(0);
      expect(scene.names('out')).toEqual(['site.conf']);
      const { reads, versions, broken } = await verdict(reader);
      expect(broken, `killed after ${delays.join(', ')} ms`).toEqual([]);
      expect(reads).toBeGreaterThan(1000);
      expect(versions).toBeGreaterThan(ROUNDS / 2);
    } finally {
      await stopWriting();
      await reader.stop();
    }
  }, 90_000);

  it('leaves the old file and a temporary one when it dies while it writes, and the next start removes that', async () => {
    // Tens of megabytes: the moment is long enough to be met.
    const contents = `begin {{ key("site/version") }}
{% for line in range(60000) %}${'x'.repeat(500)}
{% endfor %}end {{ key("site/version") }}
`;
    const first = await firstFile(watch({ contents }));
    let version = 0;
    const isWriting = () =>
      scene.names('out').some((name) => /^\.site\.conf\.autotmpl-\d/.test(name));
    while (!isWriting()) {
      version += 1;
      await agent.putKey('site/version', String(version));
      const until = performance.now() + 2000;
      while (!isWriting() && performance.now() < until) await sleep(0);
    }
    await kill(first);
    expect(scene.names('out')).toHaveLength(2);
    expect(scene.read('out/site.conf')).toMatch(/^begin (\d+)\n[^]*\nend \1\n$/);

    const second = watch({ contents });
    await second.logs(/"wrote |removed temporary/);
    const isLast = () => scene.read('out/site.conf').startsWith(`begin ${version}\n`);
    await scene.until('the last version', isLast);
    expect(scene.names('out')).toEqual(['site.conf']);
    expect(messages(second, /removed temporary files/)).toHaveLength(1);
  });

  it('has its command, which was under way, run by the next start, though the file is right already', async () => {
    const command = 'echo run >> runs; [ -e mended ] || exec sleep 300';
    const first = watch({ command });
    await scene.until('the command under way', () => scene.exists('runs'));
    await kill(first);
    const stamp = scene.stamp('out/site.conf');

    scene.write('mended', '');
    const second = watch({ command });
    await second.logs(/"done: /);
    expect(scene.read('runs')).toBe('run\nrun\n');
    expect(scene.stamp('out/site.conf')).toBe(stamp);
    await scene.until('nothing owed any more', () => scene.names('out').length === 1);
    expect((await second.stop()).code).toBe(0);

    const third = watch({ command });
    await third.logs(/keeping 1 file true/);
    await agent.putKey('site/version', 'next');
    await scene.untilText('runs', 'run\nrun\nrun\n');
    expect(messages(third, /^running: /)).toHaveLength(1);
  });
});

async function firstFile(program: Program): Promise<Program> {
  await scene.until('the first file', () => scene.exists('out/site.conf'));
  return program;
}
