import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import { startFakeAgent } from '../support/fake-agent.ts';
import { messages, Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { waitUntil } from '../support/wait-until.ts';

const CACHED_SECONDS = 3600;

/** What an agent has of a service in its cache, while its servers are away (seen on 1.8.7: test/integration/consul-fall-back.test.ts). */
function answerFromCache(response: ServerResponse): void {
  response.writeHead(200, {
    'X-Consul-Index': '7',
    'X-Consul-KnownLeader': 'true',
    'X-Cache': 'HIT',
    Age: String(CACHED_SECONDS),
  });
  const Node = { Node: 'n', Address: '10.0.0.9' };
  const Service = { ID: 'web', Service: 'web', Address: '10.0.0.1', Port: 80, Tags: [], Meta: {} };
  response.end(JSON.stringify([{ Node, Service, Checks: [] }]));
}

const test = sideBySide(async (ends) => {
  const agent = await startFakeAgent(({ url }, response) => {
    if (url.searchParams.has('cached')) answerFromCache(response);
    else response.writeHead(500).end('No cluster leader');
  });
  ends.push(() => agent.close());
  const scene = new Scene();
  ends.push(() => scene.close());
  const site = {
    contents: '{% for web in service("web") %}{{ web.Address }}:{{ web.Port }}\n{% endfor %}',
    destination: 'site.conf',
    command: 'echo run >> runs',
  };
  const once = (startWith: string) => {
    const catalog = { consul: { address: agent.address } };
    const config = { catalog, state: 'state', startWith, templates: [site] };
    scene.write('autotmpl.json', JSON.stringify(config));
    return scene.startWith(['-config', 'autotmpl.json', '-log-format', 'json', '-once']);
  };
  const cached = () => agent.questions.filter(({ url }) => url.searchParams.has('cached'));
  return { agent, scene, once, cached };
});

describe.concurrent(
  'a single run while the servers are away, and the agent has answers of before',
  () => {
    test('writes the file of them with startWith: lastGood, runs the command, says so, and ends with 0', async ({
      stage: { scene, once, cached },
    }) => {
      const program = once('lastGood');
      expect((await program.ended).code).toBe(0);
      expect(scene.read('site.conf')).toBe('10.0.0.1:80\n');
      expect(scene.read('runs')).toBe('run\n');
      expect(cached()).toHaveLength(1);
      const [said, ...more] = messages(program, /site\.conf is made of answers from before/);
      expect(more).toEqual([]);

      expect(said).toMatch(/the oldest of 20\d\d-/);
    });

    test('waits for the servers with startWith: fresh, and writes nothing', async ({
      stage: { agent, scene, once, cached },
    }) => {
      const program = once('fresh');
      await waitUntil(() => agent.questions.length >= 4, { what: 'four tries' });
      expect(cached()).toEqual([]);
      expect([program.isRunning, scene.exists('site.conf'), scene.exists('runs')]).toEqual([
        true,
        false,
        false,
      ]);
      await program.stop();
    });
  },
);
