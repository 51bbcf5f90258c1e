import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect } from 'vitest';
import { startConsul } from '../support/consul.ts';
import { holdings, probeEnvironment, type Holdings } from '../support/probed.ts';
import { connectionsTo } from '../support/process-facts.ts';
import { logLines, messages, Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';

/** One a second makes half an hour. */
const CHANGES = 1800;
/** Beside the keys, when all that comes and goes has gone: the two lists, and the one service that is always there. */
const OTHER_QUERIES = 3;
/** One that watches over the agent, one that holds the program where its templates ask nothing, and one for the next look at the files. */
const OTHER_TIMERS = 3;

/** How many keys there are, and what is held for them when nothing happens. */
interface Size {
  readonly name: string;
  readonly keys: number;
  /** Questions that wait at the agent: each has a connection, and a deadline. */
  readonly waits: number;
  readonly timers: number;
}

const SIZES: readonly Size[] = [
  {
    name: 'each key is watched by itself',
    keys: 40,
    waits: 40 + OTHER_QUERIES,
    timers: OTHER_TIMERS,
  },
  // And a timer for those keys that are absent.
  {
    name: 'one watch serves all keys',
    keys: 80,
    waits: 1 + OTHER_QUERIES,
    timers: OTHER_TIMERS + 1,
  },
];
const RESTARTS = 2;
const HUPS = 10;

/** Watches come and go with the keys and services that it finds. */
const CATALOG = `{% for entry in ls("live") %}{{ entry.Key }}={{ key("live/" ~ entry.Key) }}
{% endfor %}{% for entry in services() %}{% for instance in service(entry.Name) %}{{ entry.Name }} {{ instance.Port }}
{% endfor %}{% endfor %}`;

interface Held extends Holdings {
  readonly connections: number;
  /** What the program says of itself: files, watches, and what it owes. */
  readonly status: Readonly<Record<string, unknown>>;
}

/** With standard output and error. */
const resourcesOf = ({ waits, timers }: Pick<Size, 'waits' | 'timers'>) => ({
  PipeWrap: 2,
  TCPSocketWrap: waits,
  Timeout: waits + timers,
});

/** Open files but connections to the agent. */
const otherFiles = ({ files, connections }: Held) => ({
  ...files,
  socket: (files['socket'] ?? 0) - connections,
});

const test = sideBySide(async (ends) => {
  const agent = await startConsul({ dataDir: true });
  ends.push(() => agent.stop());
  const scene = new Scene();
  ends.push(() => scene.close());

  /** Starts the program, and gives what is done with it. */
  function start({ keys, ...size }: Size) {
    const program = scene.start(
      {
        // A query that was cancelled keeps its place until its wait is over.
        catalog: { consul: { address: agent.address, wait: '5s' } },
        templates: [
          { contents: CATALOG, destination: 'catalog.conf', command: 'true' },
          ...Array.from({ length: keys }, (_, at) => ({
            contents: `{{ key("site/${at}") }}`,
            destination: `out/${at}.conf`,
            ...(at % 10 === 0 ? { command: 'true' } : {}),
          })),
        ],
      },
      { env: probeEnvironment(scene) },
    );
    const statuses = () =>
      logLines(program)
        .filter(({ message }) => message === 'how things stand')
        .map((line) => ({ ...line, time: '' }));

    /** What the process holds at this moment. */
    async function look(): Promise<Held> {
      const before = statuses().length;
      program.kill('SIGUSR1');
      await scene.until('a status', () => statuses().length > before);
      return {
        ...(await holdings(scene, program)),
        connections: connectionsTo(program.pid, agent.ports.http),
        status: statuses().at(-1) ?? {},
      };
    }

    /** Brings the catalog to one state, whatever happened; returns what is held once it is what it should be, or after a while. */
    async function settle(mark: string): Promise<Held> {
      await agent.deleteKey('live', { recurse: true });
      for (let slot = 0; slot < 10; slot += 1) await deregister(`live-${slot}`);
      for (let at = 0; at < keys; at += 1) await agent.putKey(`site/${at}`, mark);
      for (let at = 0; at < keys; at += 1) await scene.untilText(`out/${at}.conf`, mark, 20_000);
      await scene.until('the catalog', () => scene.exists('catalog.conf'));
      await scene.until('no live keys', () => !scene.read('catalog.conf').includes('='));
      await scene.until('no live services', () => !scene.read('catalog.conf').includes('live-'));
      await scene.until('the last command', () => scene.processes().length === 1);
      // What a config needed is watched for some seconds longer than it, and what was cancelled is counted until its wait is over.
      const patienceUntil = performance.now() + 15_000;
      let held = await look();
      const isSettled = ({ resources, status }: Held) =>
        status['queries'] === keys + OTHER_QUERIES &&
        isDeepStrictEqual(resources, resourcesOf(size));
      while (!isSettled(held) && performance.now() < patienceUntil) {
        await sleep(200);
        held = await look();
      }
      return held;
    }

    async function deregister(id: string): Promise<void> {
      // It may be gone: a killed agent forgets what it did not write down.
      await agent.request('PUT', `/v1/agent/service/deregister/${id}`);
    }

    /** One after the other, as fast as the agent takes them: values change, keys and services come and go. */
    async function change(from: number, to: number): Promise<void> {
      for (let at = from; at < to; at += 1) {
        const slot = Math.floor(at / 20) % 10;
        if (at % 20 === 0) await agent.putKey(`live/${slot}`, String(at));
        else if (at % 20 === 5) await agent.deleteKey(`live/${(slot + 5) % 10}`);
        else if (at % 20 === 10) await agent.register({ Name: `live-${slot}`, Port: at + 1 });
        else if (at % 20 === 15) await deregister(`live-${slot}`);
        else await agent.putKey(`site/${at % keys}`, String(at));
      }
    }

    async function hup(): Promise<void> {
      const before = messages(program, /^HUP: config and templates read again/).length;
      program.kill('SIGHUP');
      const answers = () => messages(program, /^HUP: config and templates read again/).length;
      await scene.until('an answer to HUP', () => answers() > before);
    }

    return { change, hup, settle };
  }

  return { agent, start };
});

describe.concurrent('a run that lasts', () => {
  test.for(SIZES)(
    'holds no more after half an hour of changes than before: $name',
    { timeout: 120_000 },
    async (size, { stage: { agent, start } }) => {
      const { keys, waits } = size;
      const { change, hup, settle } = start(size);
      await agent.putKey('site/0', 'first');
      // What grows to its natural size in the beginning (compiled code, pools) is no leak.
      await change(0, CHANGES / 6);
      await hup();
      await agent.restart();
      const before = await settle('before');

      for (let round = 0; round < HUPS; round += 1) {
        const share = (CHANGES * 5) / 6 / HUPS;
        await change(round * share, (round + 1) * share);
        await hup();
        if (round % (HUPS / RESTARTS) === 2) await agent.restart();
      }
      const after = await settle('after');

      expect(before.status).toMatchObject({
        files: keys + 1,
        queries: keys + OTHER_QUERIES,
        commandsOwed: 0,
      });
      expect(after.status).toEqual(before.status);
      expect(before.resources).toEqual(resourcesOf(size));
      expect(after.resources).toEqual(resourcesOf(size));
      expect(otherFiles(after)).toEqual(otherFiles(before));
      // Some are kept for the next question, whose number depends on how many were asked at once.
      expect(after.connections).toBeGreaterThanOrEqual(waits);
      expect(after.connections).toBeLessThanOrEqual(waits + 15);
      // Code that is compiled late takes 1.6 to 2.3 MB, after one hour of changes as after three; a kilobyte a change would be 3 MB.
      expect(after.heap - before.heap).toBeLessThan(3e6);
      expect(after.rss - before.rss).toBeLessThan(60e6);
    },
  );
});
