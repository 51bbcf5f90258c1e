import { afterAll, beforeAll, expect, it } from 'vitest';
import { startConsul, type ConsulAgent, type ServiceRegistration } from '../support/consul.ts';
import { freePorts } from '../support/free-ports.ts';
import { Scene } from '../support/scene.ts';

let agent: ConsulAgent;
let scene: Scene;
let port: number;

const NAMES = ['narrow.njk', 'narrow.ctmpl', 'nested.njk', 'guarded.njk', 'wide.njk'] as const;
const LINE =
  '{% for i in service("web") %}{{ i.Address }}:{{ i.Port }} {{ i.ServiceMeta.zone }}{% endfor %}';
const TEMPLATES: Readonly<Record<(typeof NAMES)[number], string>> = {
  'narrow.njk': LINE,
  'narrow.ctmpl':
    '{{ range service "web" }}{{ .Address }}:{{ .Port }} {{ .ServiceMeta.zone }}{{ end }}',
  'nested.njk':
    '{% for s in services() %}{% if s.Name != "consul" %}{{ s.Name }}:{{ service(s.Name) | length }} {% endif %}{% endfor %}',
  // Guards look at answers, whatever the template reads.
  'guarded.njk': LINE,
  'wide.njk': '{{ service("web") | toJSON }}',
};

const WEB = {
  ...{ ID: 'web', Name: 'web', Address: '10.0.0.1', Port: 80, Tags: ['one'] },
  Meta: { zone: 'a', version: '1' },
  Weights: { Passing: 1, Warning: 1 },
};

type Weighted = ServiceRegistration & { readonly Weights: object };

type Renders = Readonly<Record<(typeof NAMES)[number], number>>;

async function renders(): Promise<Renders> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const of = (name: string) =>
    Number(
      new RegExp(
        `^autotmpl_target_renders_total\\{target="[^"]*/${name}\\.out"\\} (\\d+)`,
        'm',
      ).exec(text)?.[1],
    );
  return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as Renders;
}

/** Registers, and waits until the file that shows everything shows it. */
async function registered(service: Weighted, shows: string): Promise<Renders> {
  await agent.register(service);
  await scene.until(`the file that shows everything to show ${shows}`, () =>
    scene.read('wide.njk.out').includes(shows),
  );
  return renders();
}

beforeAll(async () => {
  agent = await startConsul();
  scene = new Scene();
  [port = 0] = await freePorts(1);
  await agent.register(WEB);
  for (const name of NAMES) scene.write(name, TEMPLATES[name]);
  scene.start({
    catalog: { consul: { address: agent.address } },
    telemetry: { listen: `127.0.0.1:${port}` },
    templates: NAMES.map((name) => ({
      source: scene.at(name),
      destination: scene.at(`${name}.out`),
      ...(name === 'guarded.njk' && { guard: { minInstances: { web: 1 } } }),
    })),
  });
  await scene.until('all files to be there', () =>
    NAMES.every((name) => scene.exists(`${name}.out`)),
  );
});
afterAll(async () => {
  await scene.close();
  await agent.stop();
});

it('renders nothing when an instance changes in what the template does not read', async () => {
  const before = await renders();
  await registered({ ...WEB, Tags: ['two'] }, 'two');
  await registered({ ...WEB, Meta: { zone: 'a', version: 'later' } }, 'later');
  const after = await registered({ ...WEB, Weights: { Passing: 77, Warning: 1 } }, '77');
  const { 'wide.njk': wide, 'guarded.njk': guarded, ...unread } = after;
  expect(before).toMatchObject(unread);
  expect(wide).toBeGreaterThanOrEqual(before['wide.njk'] + 3);
  expect(guarded).toBeGreaterThanOrEqual(before['guarded.njk'] + 3);
});

it('renders when it changes in what is read, and in all that was not read meanwhile', async () => {
  const before = await renders();
  const after = await registered({ ...WEB, Port: 81, Meta: { zone: 'b' } }, '81');
  await scene.until('the new port', () => scene.read('narrow.ctmpl.out').includes('81'));
  for (const name of ['narrow.njk', 'narrow.ctmpl'] as const) {
    expect(scene.read(`${name}.out`)).toBe('10.0.0.1:81 b');
    expect((await renders())[name]).toBeGreaterThan(before[name]);
  }
  expect(after['nested.njk']).toBe(before['nested.njk']);
});

it('asks for what comes up in a list of which the template reads little', async () => {
  await agent.register({ ID: 'api', Name: 'api', Port: 1 });
  await scene.until('the new service', () => scene.read('nested.njk.out') === 'api:1 web:1 ');
  await agent.register({ ID: 'api-2', Name: 'api', Port: 2 });
  await scene.until('its second instance', () => scene.read('nested.njk.out') === 'api:2 web:1 ');
  await agent.deregister('api');
  await agent.deregister('api-2');
  await scene.until('it to be gone', () => scene.read('nested.njk.out') === 'web:1 ');
});
