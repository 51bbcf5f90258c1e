import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { renderMainArguments } from '../../../../src/config/containerpilot/main-arguments.ts';
import { loadSettings } from '../../../../src/config/load.ts';
import type { Settings } from '../../../../src/config/settings.ts';
import type { JobSettings } from '../../../../src/supervisor/settings.ts';
import { complaint, load, NO_FLAGS } from '../scratch-configs.ts';

const FOLDER = new URL('../../../fixtures/containerpilot/', import.meta.url).pathname;

function read(name: string, environment: Readonly<Record<string, string>>): Promise<Settings> {
  return loadSettings({
    configPaths: [`file://${FOLDER}${name}`],
    flags: NO_FLAGS,
    environment: { CONSUL: 'consul.example', ...environment },
    cwd: '/',
    mainCommand: name.endsWith('5') ? undefined : ['app', '{{ .CONTAINERPILOT_APP_IP }}'],
  } as Parameters<typeof loadSettings>[0]);
}

function namesOf({ supervisor }: Settings): string[] {
  return (supervisor?.jobs ?? []).map(({ name, role }: JobSettings) => `${role} ${name}`);
}

describe('a config in the shape of those that people run', () => {
  it("is the article's, on one line", async () => {
    const settings = await read('article.json', {});
    expect(namesOf(settings)).toEqual(['preStart preStart', 'job nginx', 'main main']);
    expect(settings.supervisor?.jobs[0]?.exec).toEqual([
      ...['consul-template', '-once', '-dedup', '-consul', 'consul.example:8500', '-template'],
      '/etc/containerpilot/nginx.conf.njk:/etc/nginx/nginx.conf',
    ]);
    expect(settings.supervisor?.watches).toMatchObject([{ name: 'sales' }, { name: 'customers' }]);
    expect(settings.warnings).toEqual([]);
    expect(settings.catalog).toMatchObject({
      consul: { address: { host: 'consul.example', port: 8500 } },
    });
  });

  it('has commas inside of conditions, and a list of backends from a variable', async () => {
    const plain = await read('nginx.json', { BACKENDS: 'sales,customers' });
    expect(namesOf(plain)).toEqual([
      'preStart preStart',
      'job nginx',
      'job containerpilot',
      'main main',
    ]);
    expect(plain.supervisor?.watches.map(({ name }) => name)).toEqual(['sales', 'customers']);
    const full = await read('nginx.json', {
      CONSUL_AGENT: '1',
      ACME_DOMAIN: 'x',
      LOG_LEVEL: 'debug',
    });
    expect(namesOf(full)).toContain('job nginx-ssl');
    expect(namesOf(full).filter((name) => name.startsWith('coprocess'))).toHaveLength(1);
    expect(full.supervisor?.watches).toEqual([]);
    expect(full.log.level).toBe('debug');
    expect(full.catalog).toMatchObject({ consul: { address: { host: 'localhost' } } });
  });

  it('has a null that a template left behind', async () => {
    expect(namesOf(await read('mysql.json', {}))).toEqual([
      ...['preStart preStart', 'job mysql', 'job task[snapshot_check]', 'main main'],
    ]);
    const agent = await read('mysql.json', { CONSUL_AGENT: '1', SERVICE_NAME: 'db' });
    expect(namesOf(agent)).toContain('coprocess consul-agent');
    expect(agent.supervisor?.watches[0]?.name).toBe('db-primary');
  });

  it.each([
    ['wordpress.json', 4, 2],
    ['couchbase.json', 0, 1],
  ])('is %s', async (name, watches, sensors) => {
    const settings = await read(name, {});
    expect(settings.supervisor?.watches).toHaveLength(watches);
    expect(settings.telemetry?.sensors).toHaveLength(sensors);
  });

  it('is of version 3, with comments, trailing commas and quotes of both kinds', async () => {
    const settings = await read('workshop.json5', {});
    expect(namesOf(settings)).toEqual([
      ...['job consul-agent', 'job setup', 'job sales', 'job on-customers', 'job pre-stop'],
      ...['job backup', 'job containerpilot'],
    ]);
    expect(settings.warnings).toEqual([]);
  });
});

describe('the template step', () => {
  it('gives a variable whole, whatever equals signs it has', async () => {
    const text =
      '{"consul": "c", "preStart": ["echo", "{{ .FOO }}", "{{ .NOPE }}", "{{ .NOPE | default "d" }}"]}';
    const configText = { name: '-config', text };
    const { settings } = await load({}, { configText, environment: { FOO: 'a=b=c' } });
    expect(settings.supervisor?.jobs[0]?.exec).toEqual(['echo', 'a=b=c', '', 'd']);
  });

  it('that fails is told with its place, as an error of the config', async () => {
    const configText = { name: 'app.json', text: '{"consul": "c",\n "preStart": "{{ nope }}"}' };
    expect(await complaint({}, { configText })).toMatch(/^app\.json:2:/);
    await expect(load({}, { configText })).rejects.toMatchObject({ code: 'containerpilotConfig' });
  });

  it('is said to have run where the text after it cannot be parsed', async () => {
    const configText = { name: 'app.json', text: '{"consul": "{{ .A }}" "x"}' };
    const told = await complaint({}, { configText });
    expect(told).toContain('the text after its template step');
    expect(await readFile(`${FOLDER}article.json`, 'utf8')).toContain('{{ .CONSUL }}');
  });

  it('renders the words of the main command too, and leaves all as they are where one fails', () => {
    const environment = { CONTAINERPILOT_APP_IP: '10.0.0.1' };
    expect(renderMainArguments(['app', '{{ .CONTAINERPILOT_APP_IP }}'], environment)).toEqual({
      words: ['app', '10.0.0.1'],
    });
    const failed = renderMainArguments(['{{ .CONTAINERPILOT_APP_IP }}', '{{ nope }}'], environment);
    expect(failed.words).toEqual(['{{ .CONTAINERPILOT_APP_IP }}', '{{ nope }}']);
    expect(failed.complaint).toMatch(/^word 2 of the main command/);
  });
});
