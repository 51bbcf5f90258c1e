/** What schedulers are told in the examples holds together: times, paths, names, and the configs that they start. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseCommandLine } from '../../../src/cli/flags.ts';
import { loadSettings } from '../../../src/config/load.ts';
import type { Settings } from '../../../src/config/settings.ts';
import { parseDuration } from '../../../src/core/duration.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
const read = (path: string) => readFileSync(join(EXAMPLES, path), 'utf8');

type Environment = Readonly<Record<string, string>>;

/** The settings of a config, with the environment that its scheduler gives. */
async function settingsOf(path: string, environment: Environment): Promise<Settings> {
  const invocation = parseCommandLine(['-config', path, 'check']);
  if (invocation.command !== 'check') throw new Error('not a check');
  return loadSettings({ ...invocation, environment, cwd: EXAMPLES });
}

/** What a stop may take: the budget, or drain and stopTimeout where there is none. */
function stopMs({ supervisor }: Settings): number {
  if (supervisor === undefined) throw new Error('nothing is supervised');
  const jobs = supervisor.jobs.map(
    ({ service, stopTimeoutMs }) => (service?.drainMs ?? 0) + stopTimeoutMs,
  );
  return supervisor.stopTimeoutMs ?? Math.max(...jobs);
}

/** The words after a program's name, as its command line. */
function commandLine([program, ...words]: readonly string[], environment: Environment = {}) {
  return parseCommandLine(words, {
    program: program as 'autotmpl' | 'containerpilot',
    environment,
  });
}

describe('the example for Kubernetes', () => {
  const [configMap, deployment] = parseAllDocuments(read('kubernetes/web.yaml')).map(
    (document): unknown => document.toJS() as unknown,
  ) as [{ data: Record<string, string>; metadata: { name: string } }, KubernetesDeployment];
  const { spec } = deployment.spec.template;
  const [container] = spec.containers;

  it('starts a config that is right, and waits longer than its stop', async () => {
    const [file = '', text = ''] = Object.entries(configMap.data)[0] ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'autotmpl-manifests-'));
    writeFileSync(join(folder, file), text);
    const settings = await settingsOf(join(folder, file), {});
    rmSync(folder, { recursive: true });
    expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(stopMs(settings));
    expect(commandLine(container.command)).toMatchObject({
      command: 'supervise',
      configPaths: [`${container.volumeMounts[0]?.mountPath}/${file}`],
    });
    expect(container.ports.map(({ containerPort }) => containerPort)).toEqual([
      80,
      settings.telemetry?.port,
    ]);
    expect(spec.volumes[0]?.configMap.name).toBe(configMap.metadata.name);
  });

  it('asks for what is served, and chooses its own pods', () => {
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'telemetry' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'telemetry' });
    expect(deployment.spec.selector.matchLabels).toEqual(deployment.spec.template.metadata.labels);
    expect(container.env.map(({ name }) => name)).toContain('CONSUL_HTTP_ADDR');
  });
});

describe('the example for Marathon', () => {
  const app = JSON.parse(read('marathon/sales.json')) as MarathonApp;

  it('starts a config that is right with its environment, and waits longer than its stop', async () => {
    const environment = { ...app.env, PORT0: '31000' };
    const settings = await settingsOf('marathon/config.json', environment);
    expect(settings.supervisor?.jobs[0]?.service).toMatchObject({ name: 'sales', port: 31_000 });
    expect(app.taskKillGracePeriodSeconds * 1000).toBeGreaterThan(stopMs(settings));
  });

  it('puts no shell in front, and fetches the config that it names', () => {
    const words = app.cmd.split(' ');
    expect(words[0]).toBe('exec');
    expect(commandLine(words.slice(1))).toMatchObject({ mainCommand: ['node', 'server.mjs'] });
    expect(app.fetch.map(({ uri }) => uri.split('/').at(-1))).toContain(
      words[3]?.split('/').at(-1),
    );
    expect(app.upgradeStrategy.minimumHealthCapacity).toBe(1);
    expect(app.instances).toBeGreaterThan(1);
  });
});

describe('the example for compose', () => {
  const { services } = parse(read('compose/docker-compose.yml')) as {
    services: Record<string, ComposeService>;
  };
  const { nginx, sales } = services;
  const grace = (service: ComposeService | undefined) =>
    parseDuration(service?.stop_grace_period ?? '') ?? 0;

  it('starts configs that are right with their environments, and waits longer than their stops', async () => {
    const ours = await settingsOf('nginx/supervised.yaml', nginx?.environment ?? {});
    expect(grace(nginx)).toBeGreaterThan(stopMs(ours));
    expect(commandLine(nginx?.command ?? [])).toMatchObject({ command: 'supervise' });
    const theirs = await settingsOf('nginx/services/containerpilot.json', sales?.environment ?? {});
    expect(theirs.supervisor?.jobs[0]?.service).toMatchObject({ name: 'sales', port: 3000 });
    expect(grace(sales)).toBeGreaterThan(stopMs(theirs));
    expect(commandLine(sales?.command ?? [])).toMatchObject({
      mainCommand: ['node', 'services/plain.mjs'],
    });
  });
});

interface KubernetesDeployment {
  readonly spec: {
    readonly selector: { readonly matchLabels: Environment };
    readonly template: {
      readonly metadata: { readonly labels: Environment };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [
          {
            readonly command: readonly string[];
            readonly env: readonly { readonly name: string }[];
            readonly ports: readonly { readonly containerPort: number }[];
            readonly volumeMounts: readonly { readonly mountPath: string }[];
            readonly readinessProbe: { readonly httpGet: object };
            readonly livenessProbe: { readonly httpGet: object };
          },
        ];
        readonly volumes: readonly { readonly configMap: { readonly name: string } }[];
      };
    };
  };
}

interface MarathonApp {
  readonly cmd: string;
  readonly env: Environment;
  readonly instances: number;
  readonly fetch: readonly { readonly uri: string }[];
  readonly upgradeStrategy: { readonly minimumHealthCapacity: number };
  readonly taskKillGracePeriodSeconds: number;
}

interface ComposeService {
  readonly command: readonly string[];
  readonly environment: Environment;
  readonly stop_grace_period: string;
}
