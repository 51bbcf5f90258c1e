/** Who leads: two supervisors of one service, as they run in two containers, at a real agent. */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { endSessions } from '../support/consul-locks.ts';
import { Scene } from '../support/scene.ts';
import { waitUntil } from '../support/wait-until.ts';

const KEY = 'service/mysql/leader';
const TTL_MS = 10_000;
const LOCK_DELAY_MS = 1000;
/** From the agent to us, and through a busy machine. */
const WAY_MS = 2000;

interface Entry {
  readonly ServiceID: string;
  readonly ServiceTags: readonly string[];
}

/** One of the two: what it does is noted in a story that both write. */
class Node {
  readonly scene = new Scene();
  readonly name: string;
  readonly port: number;
  program: Program | undefined;

  constructor(name: string, port: number) {
    this.name = name;
    this.port = port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  start(agent: ConsulAgent, story: string): void {
    const notes = (event: string, before = '') => ({
      ...{ name: `on-${event}`, when: { source: 'election', each: event } },
      exec: `${before}echo "${this.name} ${event} $AUTOTMPL_ROLE $AUTOTMPL_LEADER_ADDR" >> ${story}`,
    });
    this.scene.write('well', '');
    this.program = this.scene.start({
      catalog: { consul: { address: agent.address } },
      control: { socket: this.scene.at('socket') },
      election: { key: KEY, ttl: '10s', lockDelay: '1s' },
      jobs: [
        {
          ...{ name: 'mysql', main: true },
          exec: `echo ${this.name} process >> ${story}; exec sleep 600`,
          service: {
            ...{ port: this.port, address: '127.0.0.1', id: `mysql-${this.name}` },
            name: "mysql{% if role == 'leader' %}-primary{% endif %}",
            tags: ['{{ role }}'],
          },
          health: { file: this.scene.at('well'), interval: '200ms' },
        },
        notes('leader'),
        notes('follower'),
        // Long enough that another would be seen to lead before it has ended.
        notes('lost', 'sleep 0.5; '),
      ],
      watches: [
        {
          key: KEY,
          onChange: {
            exec: `echo "${this.name} changed $AUTOTMPL_ROLE $AUTOTMPL_LEADER_ADDR" >> ${story}`,
          },
        },
      ],
    });
  }
}

describe('an election', () => {
  let agent: ConsulAgent;
  let shared: Scene;
  let nodes: readonly [Node, Node];

  const story = () =>
    existsSync(shared.at('story'))
      ? readFileSync(shared.at('story'), 'utf8').trimEnd().split('\n')
      : [];
  /** Waits for something; in vain, it tells what happened instead. */
  const until = async (
    what: string,
    condition: () => boolean | Promise<boolean>,
    timeoutMs = 40_000,
  ) => {
    try {
      await waitUntil(condition, { what, timeoutMs });
    } catch (error) {
      const logs = nodes.map(({ program }) => program?.stderr.slice(-1500) ?? '');
      const words = [(error as Error).message, 'The story:', ...story(), 'The logs:', ...logs];
      throw new Error(words.join('\n'), { cause: error });
    }
  };
  const untilTold = (line: string, timeoutMs?: number) =>
    until(`"${line}" to be told`, () => story().includes(line), timeoutMs);
  const entries = async (service: string): Promise<Record<string, readonly string[]>> => {
    const { body } = await agent.expectOk('GET', `/v1/catalog/service/${service}`);
    const list = JSON.parse(body.toString()) as readonly Entry[];
    return Object.fromEntries(list.map(({ ServiceID, ServiceTags }) => [ServiceID, ServiceTags]));
  };
  /** Waits until the catalog shows one under the leader's name, and the other under the follower's. */
  const untilShown = (leader: Node, followers: readonly Node[]) =>
    until(`the catalog to show that ${leader.name} leads`, async () => {
      const [primary, others] = [await entries('mysql-primary'), await entries('mysql')];
      const wanted = Object.fromEntries(
        followers.map(({ name }) => [`mysql-${name}`, ['follower']]),
      );
      return (
        JSON.stringify(primary) === JSON.stringify({ [`mysql-${leader.name}`]: ['leader'] }) &&
        JSON.stringify(others) === JSON.stringify(wanted)
      );
    });
  const leads = ({ name, address }: Node) => `${name} leader leader ${address}`;

  beforeAll(async () => {
    agent = await startConsul();
  });
  afterAll(() => agent.stop());

  beforeEach(async () => {
    shared = new Scene();
    nodes = [new Node('a', 3306), new Node('b', 3307)];
    const [first, second] = nodes;
    first.start(agent, shared.at('story'));
    await untilTold(leads(first));
    second.start(agent, shared.at('story'));
    await untilShown(first, [second]);
  });

  afterEach(async () => {
    for (const { scene } of nodes) await scene.close();
    await shared.close();
    await endSessions(agent);
    await agent.deleteKey('', { recurse: true });
    for (const { name } of nodes) await agent.deregister(`mysql-${name}`).catch(() => undefined);
  });

  it('has one leader, whom the others know, and names that follow without a reload', async () => {
    const [first, second] = nodes;
    // Handlers of a watch know it too.
    await untilTold(`b changed follower ${first.address}`);
    expect(story().filter((line) => line.includes(' leader leader '))).toEqual([leads(first)]);
    await first.program?.stop();
    await untilTold(leads(second));
    await untilShown(second, []);
    // A stop is no loss, and nobody's process was started again for the role.
    expect(story().filter((line) => line.includes(' lost '))).toEqual([]);
    expect(first.program?.stderr).not.toContain('we do not lead');
    expect(story().filter((line) => line.endsWith(' process'))).toEqual(['a process', 'b process']);
  });

  it(
    'has another leader within twice the TTL and the lock delay when the first is killed',
    { timeout: 90_000 },
    async () => {
      const [first, second] = nodes;
      first.program?.kill('SIGKILL');
      await untilTold(leads(second), 2 * TTL_MS + LOCK_DELAY_MS + WAY_MS);
      // Nobody took the dead one's entry out; it says `leader` until its own check turns critical.
      await until('the catalog to show that the second leads', async () => {
        const shown = await entries('mysql-primary');
        return shown['mysql-b']?.join() === 'leader';
      });
    },
  );

  it('has another leader once the first is ill, and not before it has demoted itself', async () => {
    const [first, second] = nodes;
    rmSync(first.scene.at('well'));
    await untilTold(leads(second));
    const told = story();
    const lost = told.findIndex((line) => line.startsWith('a lost follower'));
    expect(lost).toBeGreaterThan(-1);
    expect(told.indexOf(leads(second))).toBeGreaterThan(lost);
    await untilShown(second, [first]);
    expect(first.program?.stderr).toContain('mysql is not well');
    // Well again, it follows: the other leads until it is ill itself.
    appendFileSync(first.scene.at('well'), '');
    await untilTold(`a changed follower ${second.address}`);
    rmSync(second.scene.at('well'));
    const terms = () => story().filter((line) => line === leads(first)).length;
    await until('the first to lead again', () => terms() === 2);
    await untilShown(first, [second]);
    expect(story().filter((line) => line.endsWith(' process'))).toEqual(['a process', 'b process']);
  });
});
