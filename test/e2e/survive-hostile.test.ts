import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { nginxBinary } from '../support/nginx.ts';
import { messages, Scene } from '../support/scene.ts';

/** What anybody who may register can write, and nobody should be able to do with it. */
const HOSTILE = [
  'evil;}\nserver { listen 81; }',
  '$(touch pwned)',
  '`touch pwned`',
  `"' \\`,
  '{{ 7 * 7 }}{% raw %}',
  '#',
  '${nosuchvariable}',
  'a\r\nb',
  '\u001b[31mred',
  '\0',
  '../../etc/passwd',
  '-rf',
  '127',
];
/** Consul takes values up to 512 kB. */
const LARGEST_VALUE_BYTES = 512 * 1024;
const NGINX = `events {}
pid nginx.pid;
error_log stderr;
http {
{% from "nginx/upstreams.njk" import upstream, tagged_upstreams %}
{{ tagged_upstreams("http") }}
{{ upstream("customers", service("customers")) }}
{% for name in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] %}{{ name }}_temp_path tmp;
{% endfor %}
server {
  listen 127.0.0.1:8080;
{% for instance in service("customers") %}
  add_header X-Note {{ instance.ServiceMeta.note | nginx }};
{% endfor %}
  location / { proxy_pass http://customers; }
}
}
`;

let agent: ConsulAgent;
let scene: Scene;
beforeAll(async () => {
  agent = await startConsul();
});
afterAll(() => agent.stop());
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

const consul = () => ({ consul: { address: agent.address } });

/** nginx's own word on the file. */
function judge(): void {
  const args = ['-t', '-e', 'stderr', '-p', scene.folder, '-c', 'nginx.conf'];
  const { status, stderr } = spawnSync(nginxBinary(), args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, expect.stringContaining('test is successful')]);
}

/** The configuration without what stands in quotes, which is text to nginx. */
const unquoted = () => scene.read('nginx.conf').replace(/"(?:\\.|[^"\\])*"/g, '""');

describe('what anybody may register', () => {
  const sales = { ID: 'sales', Name: 'sales', Address: '10.0.0.1', Port: 80, Tags: ['http'] };
  const customers = {
    ...sales,
    ID: 'customers',
    Name: 'customers',
    Tags: [],
    Meta: { note: 'fine' },
  };
  const ids = Array.from({ length: 30 }, (_, at) => `hostile-${at}`);

  beforeEach(async () => {
    await agent.register(sales);
    await agent.register(customers);
  });
  afterEach(async () => {
    for (const id of [...ids, 'sales', 'customers']) {
      await agent.request('PUT', `/v1/agent/service/deregister/${id}`);
    }
  });

  async function watchNginx(): Promise<Program> {
    const program = scene.start({
      catalog: consul(),
      templates: [{ contents: NGINX, destination: 'nginx.conf' }],
    });
    await scene.until('the first file', () => scene.exists('nginx.conf'));
    return program;
  }

  it('cannot change what nginx makes of a shipped template, by name, tag, meta or address', async () => {
    await watchNginx();
    for (const [at, evil] of HOSTILE.entries()) {
      const [id, meta] = [`hostile-${at}`, { note: evil }];
      await agent.register({ ...sales, ID: id, Name: evil, Tags: [evil, 'http'], Meta: meta });
    }
    await agent.register({ ...sales, Address: '10.0.0.2', Tags: [...HOSTILE, 'http'] });
    await scene.until('the change', () => scene.read('nginx.conf').includes('10.0.0.2'));
    judge();
    const upstreams = [...scene.read('nginx.conf').matchAll(/^upstream (.*) \{/gm)];
    const named = upstreams.map(([, name]) => name);
    expect(named).toEqual(['sales', 'customers']);
    expect(scene.read('nginx.conf').match(/\bserver 10/g)).toHaveLength(2);
    expect(unquoted().match(/\blisten\b/g)).toHaveLength(1);
  });

  it.each(HOSTILE)('is quoted in a header, or refused, where it is %j', async (evil) => {
    const program = await watchNginx();
    const before = scene.read('nginx.conf');
    await agent.register({ ...customers, Address: '10.0.0.3', Meta: { note: evil } });
    await scene.until(
      'a new file or a refusal',
      () =>
        scene.read('nginx.conf') !== before || /nginx\.conf stays as it was/.test(program.stderr),
    );
    judge();
    expect(unquoted().match(/\blisten\b/g)).toHaveLength(1);
  });

  it('cannot keep others from the file by an address that is none: it is left out, which is said once', async () => {
    const program = await watchNginx();
    const evil = '10.0.0.1; } } server { listen 81; #';
    await agent.register({ ...customers, ID: ids[0] ?? '', Address: evil });
    await program.logs(/nginx\.conf leaves out the instance .*hostile-0.* its address is no host/);
    for (const address of ['10.0.0.4', '10.0.0.5']) {
      await agent.register({ ...customers, Address: address });
      await scene.until('the change', () => scene.read('nginx.conf').includes(address));
    }
    expect(messages(program, /leaves out/)).toHaveLength(1);
    expect(scene.read('nginx.conf')).not.toContain('10.0.0.1; }');
    judge();
  });

  // A name whose characters Consul does not know all, one longer than a request may be, and names that read like questions.
  const UNUSUAL = [
    'web-\u{1fae0}',
    'x'.repeat(1_100_000),
    'a b',
    'web@nowhere',
    'web|bogus',
    'a//b',
  ];

  it.each([
    ['its entry in the list', 's', [...HOSTILE, ...UNUSUAL]],
    // Text that names a datacenter is a question about that datacenter, whoever wrote it.
    ['its name', 's.Name', [...HOSTILE, ...UNUSUAL.filter((name) => !name.includes('@'))]],
  ])(
    'keeps no file from following, whatever it is called, where each service is asked for by %s',
    async (_, argument, names) => {
      const program = scene.start({
        catalog: consul(),
        templates: [
          {
            contents: `{% for s in services() %}{% for i in service(${argument}) %}{{ i.Address }}:{{ i.Port }}\n{% endfor %}{% endfor %}`,
            destination: 'all.conf',
          },
        ],
      });
      await scene.until('the first file', () => scene.exists('all.conf'));
      for (const [at, name] of names.entries()) {
        await agent.register({
          ...sales,
          ID: `hostile-${at}`,
          Name: name,
          Address: `10.9.0.${at}`,
        });
      }
      await agent.register({ ...sales, Address: '10.0.0.6' });
      await scene.until('the change', () => scene.read('all.conf').includes('10.0.0.6:80'));
      const reached = (name: string) =>
        scene.read('all.conf').includes(`10.9.0.${names.indexOf(name)}:80\n`);
      await scene.until('those with odd names', () => reached('a b') && reached('$(touch pwned)'));
      const warning =
        /cannot be asked for a service called \\"a\\\\r\\\\nb\\": it counts as one without/;
      await program.logs(warning);
      expect(program.stderr.match(new RegExp(warning, 'g'))).toHaveLength(1);
      expect(program.stderr).not.toMatch(/stays as it was|never be answered/);
    },
    30_000,
  );

  it('is refused where it is printed raw and holds a control character, and the old file kept', async () => {
    const program = scene.start({
      catalog: consul(),
      templates: [
        {
          contents:
            '{% for instance in service("sales") %}{{ instance.Address }} {{ instance.Tags | join(" ") }}\n{% endfor %}',
          destination: 'raw.conf',
        },
      ],
    });
    await scene.untilText('raw.conf', '10.0.0.1 http\n');
    await agent.register({ ...sales, Tags: ['evil\nline'] });
    await program.logs(/raw\.conf stays as it was/);
    expect(program.stderr).toMatch(/raw\.conf:1:\d+.*control character/);
    await agent.register({ ...sales, Address: '10.0.0.1\nevil' });
    await agent.register({ ...sales, Address: '10.0.0.5' });
    await scene.untilText('raw.conf', '10.0.0.5 http\n');
  });
});

describe('what a key holds', () => {
  const ENVIRONMENT =
    '{% from "env/environment.njk" import environment %}{{ environment(tree("config")) }}';
  afterEach(() => agent.deleteKey('config', { recurse: true }));

  /** The value of a variable of the file, as a real shell reads it. */
  function sourced(name: string): string {
    const script = `. ./site.env; printf %s "$${name}"`;
    const options = { cwd: scene.folder, encoding: 'utf8', maxBuffer: 8e6 } as const;
    const { status, stdout, stderr } = spawnSync('sh', ['-euc', script], options);
    expect([status, stderr]).toEqual([0, '']);
    return stdout;
  }

  /** Hostile text of so many bytes. */
  const large = (bytes: number) => {
    const unit = HOSTILE.filter((text) => text !== '\0').join(' ');
    return unit.repeat(Math.ceil(bytes / unit.length)).slice(0, bytes);
  };

  it('comes through a shell as it is, runs nothing, and may be as large as Consul takes', async () => {
    const value = large(LARGEST_VALUE_BYTES);
    await agent.putKey('config/large', value);
    await agent.putKey('config/last', 'x');
    // The agent may close the connection before all of it is sent.
    const over = await agent.request('PUT', '/v1/kv/config/larger', `${value}x`).then(
      ({ status }) => status,
      () => 413,
    );
    expect(over).toBe(413);
    scene.start({
      catalog: consul(),
      templates: [{ contents: ENVIRONMENT, destination: 'site.env' }],
    });
    await scene.until('the file', () => scene.exists('site.env'));
    expect(sourced('LARGE') === value).toBe(true);
    expect(sourced('LAST')).toBe('x');
    await agent.putKey('config/last', 'y');
    await scene.until('the change', () => scene.read('site.env').endsWith("LAST='y'\n"));
    expect(scene.exists('pwned')).toBe(false);
  });

  it('may be 1 MB in a catalog file, which comes whole and quickly', async () => {
    const value = large(1024 * 1024);
    scene.write('catalog.json', JSON.stringify({ keys: { config: { large: value } } }));
    scene.start({
      catalog: { file: 'catalog.json' },
      templates: [
        { contents: ENVIRONMENT, destination: 'site.env' },
        { contents: '{{ key("config/large") }}', destination: 'plain' },
        { contents: '{{ key("config/large") | json }}', destination: 'site.json' },
      ],
    });
    const whole = () => ['site.env', 'plain', 'site.json'].every((name) => scene.exists(name));
    await scene.until('the files', whole);
    expect(sourced('LARGE') === value).toBe(true);
    expect(scene.read('plain') === value).toBe(true);
    expect(JSON.parse(scene.read('site.json')) === value).toBe(true);
    expect(scene.exists('pwned')).toBe(false);
  });

  it('and how it is called reaches a command as plain text only', async () => {
    // Consul refuses some names of keys itself, those with a line feed for one.
    const taken: string[] = [];
    for (const evil of HOSTILE) {
      const path = `/v1/kv/config/${encodeURIComponent(evil)}`;
      if ((await agent.request('PUT', path, evil)).status === 200) taken.push(evil);
    }
    expect(taken).toContain('$(touch pwned)');
    const program = scene.start({
      catalog: consul(),
      templates: [
        {
          contents:
            '{% for pair in tree("config") %}{{ key("config/" ~ pair.Key) | json }}\n{% endfor %}',
          destination: 'site.conf',
          command: 'printf %s "$AUTOTMPL_REASON" > reason',
        },
      ],
    });
    await program.logs(/"done: /);
    expect(scene.read('reason')).toContain('key(config/$(touch pwned))');
    expect(scene.exists('pwned')).toBe(false);
    const values = scene
      .read('site.conf')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as string);
    expect(values.sort()).toEqual(taken.sort());
  });
});
