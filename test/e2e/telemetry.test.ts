import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS } from '../../src/control/metric-table.ts';
import { runAutotmpl, type Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { consulEntry } from '../support/consul-entry.ts';
import { freePorts } from '../support/free-ports.ts';
import { Scene } from '../support/scene.ts';
import { waitUntil } from '../support/wait-until.ts';

let agent: ConsulAgent;
let scene: Scene;
let program: Program;
let port: number;

/** One job that is well, one that crashes, one whose check takes too long, and one that cannot be started. */
const config = () => ({
  catalog: { consul: { address: agent.address } },
  control: { socket: scene.at('socket') },
  telemetry: {
    listen: `127.0.0.1:${port}`,
    register: true,
    sensors: [
      { namespace: 'app', name: 'queue', type: 'gauge', exec: ['echo', '42'], interval: '100ms' },
      { name: 'deploys', type: 'counter' },
      { name: 'broken', type: 'gauge', exec: ['echo', 'many'], interval: '100ms' },
    ],
  },
  templates: [
    {
      contents: '{% for one in service("web") %}{{ one.Port }} {% endfor %}{{ key("word") }}',
      destination: scene.at('out'),
      command: 'true',
    },
    { contents: '{{ key("later") }}', destination: scene.at('later') },
  ],
  watches: [{ service: 'web' }],
  election: { key: 'service/web/leader' },
  jobs: [
    {
      ...{ name: 'web', main: true, exec: ['sleep', '1000'] },
      when: { source: 'global', once: 'startup' },
      service: { port: 8000, address: '127.0.0.1' },
      // On a busy machine a check takes as long as it takes.
      health: { exec: ['echo', 'a secret'], interval: '200ms', timeout: '20s', ttl: '1m' },
    },
    {
      ...{ name: 'crasher', exec: ['sh', '-c', 'exit 3'] },
      restarts: { max: 2, delay: '10ms' },
    },
    {
      ...{ name: 'slow', exec: ['sleep', '1000'], service: { port: 8001, address: '127.0.0.1' } },
      health: { exec: ['sleep', '5'], interval: '200ms', timeout: '50ms' },
    },
    { name: 'nowhere', exec: ['/no/such/program'], restarts: { max: 1, delay: '10ms' } },
  ],
});

const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);

/** Waits until all of these lines are served, whatever else is. */
async function untilServed(...lines: readonly (string | RegExp)[]): Promise<void> {
  let text = '';
  const isThere = (line: string | RegExp) =>
    typeof line === 'string' ? text.split('\n').includes(line) : line.test(text);
  await waitUntil(
    async () => {
      text = await get('/metrics').then(
        (answer) => answer.text(),
        () => '',
      );
      return lines.every(isThere);
    },
    { timeoutMs: 20_000, what: 'these lines' },
  ).catch(() => {
    const missing = lines.filter((line) => !isThere(line)).map(String);
    throw new Error(`never served: ${missing.join(', ')}, of\n${text}\n${program.stderr}`);
  });
}

async function ask(...words: readonly string[]): Promise<void> {
  const end = await runAutotmpl([
    ...words.slice(0, 1),
    '-socket',
    scene.at('socket'),
    ...words.slice(1),
  ]);
  expect(end).toMatchObject({ code: 0 });
}

beforeAll(async () => {
  agent = await startConsul();
  scene = new Scene();
  [port = 0] = await freePorts(1);
  await agent.putKey('word', 'there');
  program = scene.start(config());
});
afterAll(async () => {
  await scene.close();
  await agent.stop();
});

describe('an operator sees', () => {
  it('in the metrics how every job, check, file, query and sensor stands', async () => {
    await untilServed(
      ...['autotmpl_ready 0', 'autotmpl_maintenance 0', 'autotmpl_leader 1'],
      'autotmpl_lock_held{key="service/web/leader"} 1',
      ...['autotmpl_job_state{job="web",state="running"} 1', 'autotmpl_job_healthy{job="web"} 1'],
      'autotmpl_job_state{job="slow",state="running"} 1',
      'autotmpl_job_healthy{job="slow"} 0',
      'autotmpl_job_state{job="crasher",state="done"} 1',
      'autotmpl_job_restarts{job="crasher"} 2',
      'autotmpl_job_exits_total{job="crasher",how="failed"} 3',
      'autotmpl_job_restarts{job="nowhere"} 1',
      'autotmpl_job_exits_total{job="nowhere",how="notStarted"} 2',
      ...[/^autotmpl_checks_total\{job="web",status="passing"\} [1-9]/m],
      /^autotmpl_check_timeouts_total\{job="slow"\} [1-9]/m,
      /^autotmpl_check_duration_seconds_count\{job="slow"\} [1-9]/m,
      `autotmpl_service_registered{service="web",id="web-${hostname()}"} 1`,
      `autotmpl_service_registered{service="slow",id="slow-${hostname()}"} 0`,
      `autotmpl_service_registered{service="autotmpl",id="autotmpl-${hostname()}"} 1`,
      ...[
        'autotmpl_watch_instances{watch="web"} 1',
        'containerpilot_watch_instances{service="web"} 1',
      ],
      'autotmpl_events_total{code="healthy",source="web"} 1',
      'containerpilot_events{code="healthy",source="watch.web"} 1',
      ...['autotmpl_targets{state="current"} 1', 'autotmpl_targets{state="waiting"} 1'],
      ...['autotmpl_queries{state="fresh"} 4', 'autotmpl_queries{state="held"} 0'],
      /^autotmpl_target_writes_total\{target=".*\/out"\} [12]$/m,
      /^autotmpl_commands_total\{result="ok"\} [12]$/m,
      ...['app_queue 42', /^autotmpl_sensor_failures_total\{sensor="broken"\} [1-9]/m],
    );
    await scene.untilText('out', '8000 there');
  });

  it('each metric of the reference, with its type', async () => {
    const text = await (await get('/metrics')).text();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [
      name,
      type,
    ]);
    expect(types).toEqual(
      expect.arrayContaining(Object.values(METRICS).map(({ name, type }) => [name, type])),
    );
    // What is not in the reference is the user's own.
    expect(types).toHaveLength(Object.keys(METRICS).length + 3);
  });

  it('when the process began, which is before it said anything', async () => {
    const text = await (await get('/metrics')).text();
    const seconds = /^process_start_time_seconds (\S+)$/m.exec(text)?.[1];
    const [first = '{}'] = program.stderr.split('\n');
    const said = Date.parse((JSON.parse(first) as { time: string }).time);
    expect(Number(seconds) * 1000).toBeLessThan(said);
    expect(Number(seconds) * 1000).toBeGreaterThan(said - 10_000);
  });

  it('in the log what is given up, and how to start it again', async () => {
    await program.logs(
      /"level":"warn".*crasher is given up after 2 restarts in a row: it ended with exit code 3 \(autotmpl start crasher/,
    );
    await program.logs(
      /"level":"warn".*nowhere is given up after 1 restart in a row: it could not be/,
    );
  });

  it('in the status the same, and nothing that a check printed', async () => {
    const text = await (await get('/status')).text();
    expect(text).not.toContain('secret');
    const job = (Name: string, Status: string, State: string, more: object = {}) =>
      expect.objectContaining({ Name, Status, State, ...more }) as unknown;
    expect(JSON.parse(text)).toEqual({
      ...{ Version: expect.any(String) as unknown, Ready: false, Phase: 'running' },
      ...{ Maintenance: false, Role: 'leader' },
      Jobs: [
        job('web', 'healthy', 'running', { Role: 'main', Pid: expect.any(Number) as unknown }),
        job('crasher', 'completed', 'done', { Restarts: 2, LastEnd: 'ended with exit code 3' }),
        job('slow', 'unhealthy', 'running'),
        job('nowhere', 'completed', 'done', { LastEnd: 'could not be started: not found' }),
        job('autotmpl', 'healthy', 'running'),
      ],
      Services: [
        {
          ...{ Name: 'web', Id: `web-${hostname()}`, Address: '127.0.0.1', Port: 8000 },
          ...{ Status: 'healthy', Registered: true },
        },
        expect.objectContaining({ Name: 'slow', Status: 'unhealthy', Registered: false }),
        expect.objectContaining({ Name: 'autotmpl', Port: port, Registered: true }),
      ],
      Watches: ['web'],
      WatchStates: [{ Name: 'web', Status: 'healthy', Instances: 1 }],
      Targets: [
        { Name: scene.at('out'), State: 'current' },
        { Name: scene.at('later'), State: 'waiting' },
      ],
      Queries: { Fresh: 4, Held: 0, Suspect: 0, Unanswered: 0 },
      Connections: {
        ...{ Server: 'Consul', Protocol: 'HTTP/1.1', AtMost: 100 },
        Open: expect.any(Number) as number,
        Requests: expect.any(Number) as number,
      },
    });
  });

  it('in the catalog where telemetry is served', async () => {
    const entry = await consulEntry(agent, `autotmpl-${hostname()}`);
    expect(entry).toMatchObject({
      name: 'autotmpl',
      address: '127.0.0.1',
      port,
      status: 'passing',
    });
  });

  it('what was asked and done since: signals, reloads, values, requests, and a refusal', async () => {
    program.kill('SIGHUP');
    program.kill('SIGUSR2');
    await ask('putmetric', 'deploys=3');
    await agent.putKey('later', 'now');
    await untilServed(
      'autotmpl_signals_total{signal="SIGHUP",action="reload"} 1',
      'autotmpl_signals_total{signal="SIGUSR2",action="event"} 1',
      ...['autotmpl_reloads_total{result="taken"} 1', 'deploys 3'],
      'autotmpl_control_requests_total{code="200",path="/v3/metric"} 1',
      'containerpilot_control_http_requests{code="200",path="/v3/metric"} 1',
      ...['autotmpl_targets{state="current"} 2', 'autotmpl_ready 1'],
    );
    await waitUntil(async () => (await get('/readyz')).status === 200, { what: 'readiness' });
    scene.write('autotmpl.json', '{"jobs": 3}');
    program.kill('SIGHUP');
    await untilServed('autotmpl_reloads_total{result="refused"} 1', 'autotmpl_ready 1');
  });

  it('in a maintenance that it is one, and nothing of each job', async () => {
    await ask('maintenance', 'enable');
    await untilServed(
      ...['autotmpl_maintenance 1', 'autotmpl_ready 0', 'autotmpl_watch_instances{watch="web"} 0'],
      `autotmpl_service_registered{service="web",id="web-${hostname()}"} 0`,
    );
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe('{"reason":"maintenance"}\n');
    await ask('maintenance', 'disable');
    await untilServed(
      ...['autotmpl_maintenance 0', 'autotmpl_ready 1'],
      `autotmpl_service_registered{service="autotmpl",id="autotmpl-${hostname()}"} 1`,
    );
    await scene.untilText('out', '8000 there');
  });

  it('that the catalog is in trouble, while files and jobs stay', async () => {
    await agent.kill('SIGKILL');
    await untilServed('autotmpl_queries{state="held"} 4', 'autotmpl_queries{state="fresh"} 0');
    await untilServed(/^autotmpl_query_troubles_total [4-9]/m, 'autotmpl_job_healthy{job="web"} 1');
    await scene.untilText('out', '8000 there');
  });
});
