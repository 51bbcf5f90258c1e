import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createConsulRegistrar } from '../../src/catalog/consul/registrar.ts';
import type { HealthReport } from '../../src/catalog/registrar.ts';
import { begin } from '../../src/core/actor.ts';
import { Bus } from '../../src/core/bus.ts';
import { systemClock } from '../../src/core/time.ts';
import { HealthCheck } from '../../src/supervisor/health-check.ts';
import type { Finding } from '../../src/supervisor/probes/finding.ts';
import { runProbe } from '../../src/supervisor/probes/probe.ts';
import { Registration } from '../../src/supervisor/registration.ts';
import type { HealthSettings, Probe } from '../../src/supervisor/settings.ts';
import { startConsul } from '../support/consul.ts';
import { consulOptions, SILENT } from '../support/consul-catalog.ts';
import { consulEntry } from '../support/consul-entry.ts';
import { processesWith } from '../support/process-facts.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('a check', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-health-'));
  });

  afterEach(async () => {
    await waitUntil(() => processesWith(folder).length === 0, { what: 'every process to be gone' });
    rmSync(folder, { recursive: true, force: true });
  });

  const environment = () => ({ PATH: process.env.PATH ?? '', AUTOTMPL_TEST_MARK: folder });
  const check = (probe: Probe, more: Partial<HealthSettings> = {}): Promise<Finding> =>
    runProbe(
      { ...{ probe, intervalMs: 1000, timeoutMs: 5000, first: 'now', logging: 'raw' }, ...more },
      {
        ...{ label: 'app.health', environment, cwd: undefined, clock: systemClock },
        warningExitCode: more.warningExitCode,
        account: () => Promise.resolve(undefined),
        onLine: () => undefined,
      },
      new AbortController().signal,
    );
  const exec = (command: string, more: Partial<HealthSettings> = {}): Promise<Finding> =>
    check({ kind: 'exec', command }, more);

  it('goes by the exit code of a command, and has what it printed', async () => {
    expect(await exec('echo fine')).toMatchObject({ status: 'passing', output: 'fine' });
    expect(await exec('true')).toMatchObject({ status: 'passing', output: 'ok' });
    expect(await exec('echo out; echo err >&2; exit 3')).toMatchObject({
      status: 'critical',
      output: expect.stringMatching(/^(out\nerr|err\nout)$/) as string,
      ending: 'exit code 3',
    });
    expect(await exec('exit 1', { warningExitCode: 1 })).toMatchObject({ status: 'warning' });
    expect(await exec('kill -9 $$')).toMatchObject({
      status: 'critical',
      output: 'app.health: killed by SIGKILL',
    });
  });

  it('says that a command cannot be started, and tells nobody its arguments', async () => {
    const command = ['/no/such/check', '--password=hunter2'];
    const { output } = await check({ kind: 'exec', command });
    expect(output).toBe('app.health: /no/such/check could not be started: not found');
    expect((await exec('false hunter2')).output).toBe('app.health: exit code 1');
  });

  it('kills the whole group of a command that takes too long, and keeps what it printed', async () => {
    const finding = await exec('echo asking; sleep 60 & sleep 60', { timeoutMs: 300 });
    expect(finding).toEqual({
      status: 'critical',
      output: 'app.health timeout after 300ms\nasking',
      timedOut: true,
    });
    expect(processesWith(folder)).toEqual([]);
  });

  it('asks by HTTP, follows no redirect, and reads a body of no end only to where it is shown', async () => {
    const answers: Record<string, (answer: ServerResponse) => void> = {
      '/ok': (answer) => answer.end('all well'),
      '/moved': (answer) => answer.writeHead(302, { location: '/broken' }).end(),
      '/broken': (answer) => answer.writeHead(503).end('no database'),
      '/endless': (answer) => {
        const more = (): void => {
          while (answer.write('x'.repeat(10_000)));
          answer.once('drain', more);
        };
        more();
      },
    };
    const server = createServer(({ url = '' }: IncomingMessage, answer) => answers[url]?.(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const get = (path: string, more = {}): Promise<Finding> =>
      check({ kind: 'http', url: `http://127.0.0.1:${port}${path}` }, more);

    expect(await get('/ok')).toMatchObject({
      status: 'passing',
      output: `GET http://127.0.0.1:${port}/ok: 200 OK\nall well`,
    });
    expect(await get('/moved')).toMatchObject({ status: 'passing' });
    expect(await get('/broken')).toMatchObject({
      status: 'critical',
      output: `GET http://127.0.0.1:${port}/broken: 503 Service Unavailable\nno database`,
    });
    expect((await get('/endless')).output.length).toBeLessThan(1200);
    expect(await get('/silent', { timeoutMs: 200 })).toMatchObject({ timedOut: true });

    const address = `127.0.0.1:${port}`;
    expect(await check({ kind: 'tcp', address })).toMatchObject({ status: 'passing' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await check({ kind: 'tcp', address })).toMatchObject({
      status: 'critical',
      output: `connect ${address}: ECONNREFUSED`,
    });
    expect((await get('/ok')).output).toContain('ECONNREFUSED');
  });

  it('connects to a unix socket, and looks for a file', async () => {
    const path = join(folder, 'app.sock');
    expect(await check({ kind: 'tcp', address: path })).toMatchObject({
      status: 'critical',
      output: `connect ${path}: ENOENT`,
    });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await check({ kind: 'tcp', address: path })).toMatchObject({ status: 'passing' });
    await new Promise((resolve) => server.close(resolve));

    const file = join(folder, 'ready');
    expect(await check({ kind: 'file', path: file })).toMatchObject({
      status: 'critical',
      output: `${file}: no such file`,
    });
    writeFileSync(file, '');
    expect(await check({ kind: 'file', path: file })).toMatchObject({ status: 'passing' });
  });

  it('makes a real Consul say how things are: at once, with the output, and through what it takes long for', async () => {
    const agent = await startConsul();
    const registrar = createConsulRegistrar(consulOptions(agent.address), {
      clock: systemClock,
      logger: SILENT,
    });
    const [bus, logger] = [new Bus(), recordingLogger()];
    const settings: HealthSettings = {
      probe: { kind: 'exec', command: `cat ${folder}/health && . ${folder}/health` },
      ...{ intervalMs: 100, timeoutMs: 10_000, first: 'now', logging: 'raw' },
    };
    const id = 'app-host';
    const registration = new Registration({
      ...{ registrar, clock: systemClock, bus, logger, holdsForMs: 10_100 },
      entry: {
        ...{ id, name: 'app', address: '127.0.0.1', port: 8000, tags: [], meta: {} },
        enableTagOverride: false,
        check: { id: `service:${id}`, name: 'app', notes: '', ttlMs: 1000 },
      },
    });
    const shell = (text: string): void => writeFileSync(join(folder, 'health'), text);
    const seen = () => consulEntry(agent, id);
    shell('exit 1');
    const begun = begin(
      new HealthCheck({
        ...{ job: 'app', settings, environment, clock: systemClock, logger, bus },
        onLine: () => undefined,
        onReport: (report: HealthReport) => registration.report(report),
      }),
    );
    await waitUntil(() => logger.text().includes('unhealthy'), { what: 'a first check' });
    expect(await seen()).toBeUndefined();

    shell('exit 0');
    await waitUntil(async () => (await seen())?.status === 'passing', { what: 'the entry' });
    shell('exit 2');
    const critical = await waitUntil(
      async () => {
        const entry = await seen();
        return entry?.status === 'critical' ? entry : undefined;
      },
      { what: 'the failing check in the catalog', timeoutMs: 900 },
    );
    expect(critical.output).toBe('exit 2');

    shell('exit 0');
    await waitUntil(async () => (await seen())?.status === 'passing', { what: 'the recovery' });
    // Longer than the TTL, and within its timeout.
    shell('sleep 2.5; touch $AUTOTMPL_TEST_MARK/done');
    const statuses = new Set<string>();
    await waitUntil(
      async () => {
        statuses.add((await seen())?.status ?? 'gone');
        return (await check({ kind: 'file', path: join(folder, 'done') })).status === 'passing';
      },
      { what: 'the slow check to end' },
    );
    expect([...statuses]).toEqual(['passing']);

    await begun.stop();
    await registration.withdraw(new AbortController().signal);
    expect(await seen()).toBeUndefined();
    registrar.close();
    await agent.stop();
  });
});
