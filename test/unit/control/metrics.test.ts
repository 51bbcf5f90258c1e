import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { METRICS } from '../../../src/control/metric-table.ts';
import { createMetrics, type Metrics } from '../../../src/control/metrics.ts';
import { parseNumber } from '../../../src/control/sensors.ts';
import { Bus } from '../../../src/core/bus.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { jobStatus, ScriptedControlled } from '../../support/scripted-control.ts';

let controlled: ScriptedControlled;
let bus: Bus;
let metrics: Metrics;

beforeEach(async () => {
  controlled = new ScriptedControlled();
  bus = new Bus((error) => {
    throw error;
  });
  metrics = await createMetrics({
    controlled,
    bus,
    clock: new ManualClock(),
    identity: { version: '1.2.3', pid: 1, startedAt: 5000 },
  });
});
afterEach(() => metrics.close());

async function lines(): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('metrics', () => {
  it('count what the bus tells of', async () => {
    bus.emit('supervisor:happened', { code: 'healthy', source: 'web' });
    bus.emit('job:ended', { job: 'web', exitCode: 0 });
    bus.emit('job:ended', { job: 'web', exitCode: 3 });
    bus.emit('job:ended', { job: 'web', signal: 'SIGKILL' });
    bus.emit('job:ended', { job: 'web' });
    bus.emit('check:ended', { job: 'web', status: 'critical', durationMs: 300, timedOut: true });
    bus.emit('signal:received', { signal: 'SIGHUP', action: 'reload' });
    bus.emit('lock:changed', { key: 'k', held: true });
    bus.emit('target:rendered', { target: 'a', missing: 0 });
    bus.emit('target:leftOut', { target: 'a', count: 2 });
    bus.emit('target:written', { target: 'a', bytes: 1, reason: '' });
    bus.emit('target:failed', { target: 'a', reason: '' });
    bus.emit('target:held', { target: 'a', by: 'guard', guards: ['neverEmpty'], reason: '' });
    bus.emit('target:released', { target: 'a', by: 'operator' });
    bus.emit('guard:evaluated', { target: 'a', guard: 'neverEmpty', passed: false });
    bus.emit('guard:evaluated', { target: 'a', guard: 'neverEmpty', passed: true });
    bus.emit('query:changed', { query: 'service(a)' });
    bus.emit('query:held', { query: 'service(a)', reason: '' });
    bus.emit('query:suspected', { query: 'service(a)', reason: '' });
    bus.emit('command:ended', { command: 'x', ok: false, durationMs: 1500, targets: [] });
    bus.emit('probe:ended', { command: 'x', ok: false, targets: [] });
    bus.emit('target:rolledBack', { target: 'a', reason: '' });
    bus.emit('config:reloaded', { ok: false });
    metrics.requestAnswered(200, '/v3/ping');
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'autotmpl_probes_total{result="failed"} 1',
        'autotmpl_target_rollbacks_total{target="a"} 1',
        'autotmpl_events_total{code="healthy",source="web"} 1',
        'containerpilot_events{code="healthy",source="web"} 1',
        'autotmpl_job_exits_total{job="web",how="success"} 1',
        'autotmpl_job_exits_total{job="web",how="failed"} 1',
        'autotmpl_job_exits_total{job="web",how="signal"} 1',
        'autotmpl_job_exits_total{job="web",how="notStarted"} 1',
        'autotmpl_checks_total{job="web",status="critical"} 1',
        'autotmpl_check_timeouts_total{job="web"} 1',
        'autotmpl_check_duration_seconds_sum{job="web"} 0.3',
        'autotmpl_signals_total{signal="SIGHUP",action="reload"} 1',
        'autotmpl_lock_held{key="k"} 1',
        'autotmpl_target_renders_total{target="a"} 1',
        'autotmpl_target_left_out{target="a"} 2',
        'autotmpl_target_writes_total{target="a"} 1',
        'autotmpl_target_failures_total{target="a"} 1',
        'autotmpl_target_last_write_timestamp_seconds{target="a"} 0',
        'autotmpl_guard_objections_total{target="a",guard="neverEmpty"} 1',
        'autotmpl_guard_verdicts_total{target="a",guard="neverEmpty",result="objected"} 1',
        'autotmpl_guard_verdicts_total{target="a",guard="neverEmpty",result="passed"} 1',
        'autotmpl_target_releases_total{target="a",by="operator"} 1',
        'autotmpl_query_changes_total 1',
        'autotmpl_query_troubles_total 1',
        'autotmpl_query_doubts_total 1',
        'autotmpl_commands_total{result="failed"} 1',
        'autotmpl_command_duration_seconds_sum 1.5',
        'autotmpl_reloads_total{result="refused"} 1',
        'autotmpl_control_requests_total{code="200",path="/v3/ping"} 1',
        'containerpilot_control_http_requests{code="200",path="/v3/ping"} 1',
      ]),
    );
  });

  it('tell how things stand when they are asked, and forget what is gone', async () => {
    controlled.presentQueries = { fresh: 3, held: 1, suspect: 0, unanswered: 0 };
    controlled.presentConnections = {
      ...{ server: 'Consul', protocol: 'HTTP/2', queries: 4 },
      ...{ sockets: 5, maxSockets: 48, exchanges: 1003 },
      visited: { inRounds: 40, whenRung: 850 },
      collapsed: { keys: 900, groups: 28, undone: 1 },
    };
    controlled.presentCommands = [
      { command: 'x', state: 'owed', targets: ['a'] },
      { command: 'y', state: 'waiting', targets: ['a'] },
    ];
    controlled.presentFiles = {
      ready: true,
      targets: [
        { label: 'a', state: 'current' },
        { label: 'b', state: 'held', heldBy: 'guard' },
      ],
    };
    controlled.present = {
      ...{ phase: 'running', maintenance: false, role: 'leader' },
      jobs: [jobStatus({ restarts: 2 }), jobStatus({ name: 'old', role: 'job', state: 'resting' })],
      services: [
        {
          ...{ id: 'web-h', name: 'web', address: '', port: 1 },
          ...{ status: 'healthy', registered: true },
        },
      ],
      watches: [{ name: 'sales', instances: 4, status: 'healthy' }],
    };
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'autotmpl_ready 1',
        'autotmpl_leader 1',
        'autotmpl_job_state{job="web",state="running"} 1',
        'autotmpl_job_state{job="old",state="resting"} 1',
        'autotmpl_job_healthy{job="web"} 1',
        'autotmpl_job_healthy{job="old"} 0',
        'autotmpl_job_restarts{job="web"} 2',
        'autotmpl_service_registered{service="web",id="web-h"} 1',
        'autotmpl_watch_instances{watch="sales"} 4',
        'containerpilot_watch_instances{service="sales"} 4',
        'autotmpl_targets{state="current"} 1',
        'autotmpl_reloads_owed 1',
        'autotmpl_target_held{target="b",by="guard"} 1',
        'autotmpl_reloads_waiting 1',
        'autotmpl_queries{state="held"} 1',
        'autotmpl_connections{server="Consul",protocol="HTTP/2"} 5',
        'autotmpl_connections_limit{server="Consul",protocol="HTTP/2"} 48',
        'autotmpl_requests_under_way{server="Consul",protocol="HTTP/2"} 1003',
        'autotmpl_queries_visited{server="Consul",when="rounds"} 40',
        'autotmpl_queries_visited{server="Consul",when="change"} 850',
        'autotmpl_keys_read_together{server="Consul"} 900',
        'autotmpl_prefix_watches{server="Consul"} 28',
        'autotmpl_build_info{version="1.2.3",node="' + process.versions.node + '"} 1',
        'process_start_time_seconds 5',
      ]),
    );
    controlled.isSupervised = false;
    controlled.presentFiles = { ready: true, targets: [{ label: 'b', state: 'current' }] };
    const after = await lines();
    expect(after.filter((line) => line.startsWith('autotmpl_target_held'))).toEqual([]);
    expect(after.filter((line) => /job="|service="|watch="/.test(line))).toEqual([]);
    expect(after).toContain('autotmpl_leader 0');
  });

  it('write labels that anybody could have named so that no line can be forged', async () => {
    bus.emit('target:rendered', { target: 'a"\n evil 1', missing: 0 });
    const found = (await lines()).filter((line) => line.includes('evil'));
    expect(found).toEqual(['autotmpl_target_renders_total{target="a\\"\\n evil 1"} 1']);
  });

  it('are described on the page about telemetry, every one, and no other', () => {
    const page = readFileSync(new URL('../../../docs/telemetry.md', import.meta.url), 'utf8');
    const described = [...page.matchAll(/^\| `([a-z_]+)(?:\{([a-z,]*)\})?` +\| (\w+)/gm)].map(
      ([, name, labels = '', type]) => `${name} ${type} ${labels}`,
    );
    const known = Object.values(METRICS).map(
      ({ name, type, labels }) => `${name} ${type} ${labels.join(',')}`,
    );
    expect(described.sort()).toEqual(known.sort());
  });

  it('have names as Prometheus wants them', () => {
    for (const { name, type } of Object.values(METRICS)) {
      expect(name).toMatch(/^(?:autotmpl|containerpilot|process|nodejs)_[a-z_]+$/);
      if (type === 'counter' && !name.startsWith('containerpilot')) {
        expect(name).toMatch(/_total$/);
      }
    }
  });
});

describe('what a sensor printed', () => {
  it.each([
    ['42', 42],
    [' 2.5\n', 2.5],
    ['-1e3', -1000],
    ['.5', 0.5],
    ['', undefined],
    ['  \n', undefined],
    ['0x10', undefined],
    ['1 2', undefined],
    ['1\n2', undefined],
    ['Infinity', undefined],
    ['1e999', undefined],
    ['12abc', undefined],
  ])('%j is the number %s', (text, number) => {
    expect(parseNumber(text)).toBe(number);
  });
});
