import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

import { queryId, type Query } from '../../src/catalog/query.ts';
import {
  freezeValue,
  type CatalogNode,
  type KeyPair,
  type ServiceInstance,
  type Value,
} from '../../src/catalog/values.ts';
import { AutotmplError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Recall } from '../../src/template/engine.ts';
import { createNunjucksEngine } from '../../src/template/nunjucks/engine.ts';
import { haproxyBinary } from '../support/haproxy.ts';
import { nginxBinary } from '../support/nginx.ts';

const SHIPPED = fileURLToPath(new URL('../../templates', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'autotmpl-shipped-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What anybody may have registered. */
const HOSTILE = [
  'a\nb',
  'a\r\nserver 6.6.6.6;',
  'x; } server { listen 6666; } #',
  '"} , {"targets": ["evil"]',
  'it\'s "quoted" \\',
  '$(touch pwned)`touch pwned`',
  '${HOME}',
  '{{ 7 * 7 }}{% raw %}{# x #}',
  '10.0.0.1; return 200 x;#\n',
  '10.0.0.1 localhost',
  '__proto__',
  'constructor',
  ' ',
  '',
  '\x1b]0;title\x07\x7f\x85\u2028',
  'x'.repeat(1_000_000),
];

/** Names that Consul takes, of letters, digits, "-" and "_", that no host can have. */
const NO_HOSTS = ['-rf', 'rf-', '-', '127', '0x7f000001', '0x', 'x'.repeat(64)];

type Answers = readonly (readonly [Query, Value])[];

/** Renders with exactly these facts; throws what the rendering failed with. */
function render(text: string, answers: Answers = []): string {
  const known = new Map(answers.map(([query, value]) => [queryId(query), freezeValue(value)]));
  const recall = ((query: Query) => {
    const value = known.get(queryId(query));
    return value === undefined ? undefined : { state: 'fresh', value };
  }) as Recall;
  const engine = createNunjucksEngine({
    searchPath: [SHIPPED],
    environment: {},
    clock: systemClock,
  });
  const rendering = engine
    .compile({ name: 'test.njk', text, folder }, { strict: true, allowControlCharacters: false })
    .render(recall);
  if (rendering.error !== undefined) throw rendering.error;
  expect([...rendering.missing.keys()]).toEqual([]);
  return rendering.text ?? '';
}

/** Renders hostile facts: undefined where the template refused them with a message for people. */
function renderHostile(text: string, answers: Answers): string | undefined {
  try {
    return render(text, answers);
  } catch (error) {
    expect(error).toBeInstanceOf(AutotmplError);
    return undefined;
  }
}

function instance(fields: Partial<ServiceInstance> = {}): ServiceInstance {
  return {
    Node: 'n1',
    NodeID: '',
    NodeAddress: '10.0.0.11',
    NodeDatacenter: 'dc1',
    NodeTaggedAddresses: {},
    NodeMeta: {},
    ServiceMeta: {},
    Address: '10.0.0.1',
    ServiceTaggedAddresses: {},
    ID: 'sales-1',
    Name: 'sales',
    Tags: ['http'],
    Checks: [],
    Status: 'passing',
    Port: 80,
    Weights: { Passing: 3, Warning: 1 },
    ...fields,
  };
}

/** An instance that is hostile in every text that it has, but for those that are given. */
function hostileInstance(evil: string, fields: Partial<ServiceInstance> = {}): ServiceInstance {
  return instance({
    Node: evil,
    NodeAddress: evil,
    NodeDatacenter: evil,
    ServiceMeta: { [evil]: evil },
    ID: evil,
    Name: evil,
    Tags: [evil, 'http'],
    Address: evil,
    ...fields,
  });
}

const sales = { kind: 'service', name: 'sales', passingOnly: true } as const;
const tagged = (name: string, passingOnly: boolean): Query => ({
  kind: 'service',
  name,
  tag: 'http',
  passingOnly,
});

const two = [instance(), instance({ ID: 'sales-2', Address: 'fd00::2', Status: 'warning' })];

/** Services of which one has a hostile name and every tag. */
const withEvilService = (evil: string, passingOnly: boolean): Answers => [
  [
    { kind: 'services' },
    [
      { Name: evil, Tags: ['http', evil] },
      { Name: 'sales', Tags: ['http'] },
      { Name: 'other', Tags: [] },
    ],
  ],
  [tagged('sales', passingOnly), two],
  // Those of the hostile names that are harmless in a query.
  [tagged(evil, passingOnly), [instance({ Name: evil })]],
];

describe('nginx/upstreams.njk', () => {
  const ONE =
    '{% from "nginx/upstreams.njk" import upstream %}{{ upstream("sales", service("sales")) }}';
  const ALL =
    '{% from "nginx/upstreams.njk" import tagged_upstreams %}{{ tagged_upstreams("http") }}';

  function nginxAccepts(text: string): void {
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `pid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${text}\n}\n`,
    );
    const { status, stderr } = spawnSync(
      nginxBinary(),
      ['-t', '-e', 'stderr', '-p', folder, '-c', file],
      { encoding: 'utf8' },
    );
    expect(status, `${stderr}\n${text.slice(0, 2000)}`).toBe(0);
  }

  /** The directives, one a line, as the file has them. */
  const directives = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');

  it('writes one upstream', () => {
    const text = render(ONE, [[sales, two]]);
    expect(text).toBe(
      'upstream sales {\n    zone sales 64k;\n    server 10.0.0.1:80;\n    server [fd00::2]:80;\n}',
    );
    nginxAccepts(text);
  });

  it('takes options', () => {
    const text = render(
      '{% from "nginx/upstreams.njk" import upstream %}{{ upstream("sales", service("sales"), balance="least_conn",' +
        ' zone="", keepalive=16, parameters="max_fails=2", weighted=true) }}',
      [[sales, two]],
    );
    expect(directives(text)).toEqual([
      'upstream sales {',
      'least_conn;',
      'server 10.0.0.1:80 weight=3 max_fails=2;',
      'server [fd00::2]:80 weight=1 max_fails=2;',
      'keepalive 16;',
      '}',
    ]);
    nginxAccepts(text);
  });

  it('gives an upstream without instances one server that is down', () => {
    for (const none of [[], [instance({ Port: 0 })]]) {
      const text = render(ONE, [[sales, none]]);
      expect(text).toContain('server 127.0.0.1:65535 down;');
      nginxAccepts(
        `${text}\nserver { listen 127.0.0.1:8081; location / { proxy_pass http://sales; } }`,
      );
    }
  });

  it('writes an upstream for each service with a tag', () => {
    const text = render(ALL, withEvilService('web-2', true));
    expect(directives(text).filter((line) => line.startsWith('upstream'))).toEqual([
      'upstream web-2 {',
      'upstream sales {',
    ]);
    nginxAccepts(text);
  });

  it('leaves out a service with a hostile name, and nothing else', () => {
    const expected = directives(render(ALL, [...withEvilService('', true).slice(1), ...only()]));
    function only(): Answers {
      return [[{ kind: 'services' }, [{ Name: 'sales', Tags: ['http'] }]]];
    }
    for (const evil of [...HOSTILE.filter((text) => !/^[\w-]+$/.test(text)), ...NO_HOSTS]) {
      const text = render(ALL, withEvilService(evil, true));
      expect(directives(text), evil.slice(0, 50)).toEqual(expected);
    }
  });

  it('leaves out an instance with a hostile address, and prints nothing else of one with a good one', () => {
    const upstream = (server: string) => [
      ...['upstream sales {', 'zone sales 64k;', `server ${server};`, '}'],
    ];
    for (const evil of HOSTILE) {
      const named = hostileInstance(evil, { Address: '10.0.0.9' });
      expect(directives(render(ONE, [[sales, [named]]]))).toEqual(upstream('10.0.0.9:80'));
      expect(directives(render(ONE, [[sales, [hostileInstance(evil)]]]))).toEqual(
        upstream('127.0.0.1:65535 down'),
      );
    }
  });

  it('takes instances that are registered by a name where it is told to', () => {
    const named = [instance({ Address: 'sales.example' }), instance()];
    expect(render(ONE, [[sales, named]])).not.toContain('example');
    const text = render(ONE.replace('service("sales")', 'service("sales"), names=true'), [
      [sales, named],
    ]);
    expect(directives(text).slice(2, 4)).toEqual([
      'server sales.example:80;',
      'server 10.0.0.1:80;',
    ]);
  });

  it('takes one of two services whose names are one to nginx, and the plain one first', () => {
    const named = (...names: string[]): string[] => {
      const services = names.map((Name) => ({ Name, Tags: ['http'] }));
      const answers: Answers = [
        [{ kind: 'services' }, services],
        ...names.map((name) => [tagged(name, true), two] as const),
      ];
      const text = render(ALL, answers);
      nginxAccepts(text);
      return directives(text).filter((line) => line.startsWith('upstream'));
    };
    expect(named('SALES', 'Sales', 'sales')).toEqual(['upstream sales {']);
    expect(named('WEB', 'Web')).toEqual(['upstream WEB {']);
  });

  it('puts a prefix before the names of services, and leaves out those that are too long with it', () => {
    const text = ALL.replace('"http"', '"http", prefix="by-tag-"');
    expect(directives(render(text, withEvilService('x'.repeat(60), true)))[0]).toBe(
      'upstream by-tag-sales {',
    );
  });
});

describe('haproxy/backends.njk', () => {
  const ONE =
    '{% from "haproxy/backends.njk" import backend %}{{ backend("sales", service("sales")) }}';
  const ALL =
    '{% from "haproxy/backends.njk" import tagged_backends %}{{ tagged_backends("http") }}';

  function haproxyAccepts(text: string): void {
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(
      file,
      `defaults\n    timeout connect 1s\n    timeout client 1s\n    timeout server 1s\nfrontend edge\n    bind 127.0.0.1:1\n${text}\n`,
    );
    const { status, stderr } = spawnSync(haproxyBinary(), ['-c', '-f', file], { encoding: 'utf8' });
    expect(status, `${stderr}\n${text.slice(0, 2000)}`).toBe(0);
  }

  it('writes one backend, with one server for an endpoint that is registered twice', () => {
    expect(render(ONE, [[sales, [...two, instance({ ID: 'again' })]]])).toBe(
      'backend sales\n    balance roundrobin\n    server 10.0.0.1:80 10.0.0.1:80 check init-addr last,libc,none\n' +
        '    server fd00::2:80 [fd00::2]:80 check init-addr last,libc,none',
    );
  });

  it('takes options', () => {
    const text = render(
      '{% from "haproxy/backends.njk" import backend %}' +
        '{{ backend("sales", service("sales"), balance="leastconn", options="", weighted=true) }}',
      [[sales, [instance({ Weights: { Passing: 1000, Warning: 1 } })]]],
    );
    expect(text).toBe(
      'backend sales\n    balance leastconn\n    server 10.0.0.1:80 10.0.0.1:80 weight 256',
    );
  });

  it('writes a backend without servers where there are none', () => {
    expect(render(ONE, [[sales, [instance({ Port: 0 })]]])).toBe(
      'backend sales\n    balance roundrobin',
    );
  });

  it('leaves out a service with a hostile name, and nothing else', () => {
    for (const evil of [...HOSTILE.filter((text) => !/^[\w-]+$/.test(text)), ...NO_HOSTS]) {
      const text = render(ALL, withEvilService(evil, true));
      expect(text.trim(), evil.slice(0, 50)).toBe(render(ONE, [[sales, two]]));
    }
  });

  it('leaves out an instance with a hostile address, and prints nothing else of one with a good one', () => {
    for (const evil of HOSTILE) {
      const named = render(ONE, [[sales, [hostileInstance(evil, { Address: '10.0.0.9' })]]]);
      expect(named.split('\n')).toHaveLength(3);
      const text = render(ONE, [[sales, [hostileInstance(evil), instance()]]]);
      const servers = text.split('\n').slice(2);
      const isName = /^[\w-]{1,63}$/.test(evil);
      expect(servers).toHaveLength(isName ? 2 : 1);
      expect(servers.at(-1)).toContain(' server 10.0.0.1:80 10.0.0.1:80 check');
    }
  });

  it('leaves out the address that means to HAProxy wherever the client wanted to go', () => {
    const answers: Answers = [[sales, [instance({ Address: '0.0.0.0' }), instance()]]];
    expect(render(ONE, answers)).not.toContain('0.0.0.0');
  });

  it('is taken by HAProxy, also where a name cannot be looked up', () => {
    const nowhere = instance({ Address: 'nowhere.invalid' });
    const text = render(ONE, [[sales, [nowhere, ...two]]]);
    expect(text).toContain('server nowhere.invalid:80');
    haproxyAccepts(text);
    haproxyAccepts(render(ALL, withEvilService('web-2', true)));
  });
});

describe('env/environment.njk', () => {
  const TEXT =
    '{% from "env/environment.njk" import environment %}{{ environment(tree("config")) }}';
  const tree = { kind: 'tree', prefix: 'config' } as const;

  const pairs = (values: Readonly<Record<string, string>>): KeyPair[] =>
    Object.entries(values).map(([key, value]) => ({
      Path: `config/${key}`,
      Key: key,
      Value: value,
      CreateIndex: 1,
      ModifyIndex: 1,
      LockIndex: 0,
      Flags: 0,
      Session: '',
    }));

  /** Sources the file in a real shell and prints one variable; nothing else may come of it. */
  function sourced(text: string, name: string): string {
    const file = join(folder, 'test.env');
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(
      'sh',
      [
        '-euc',
        `sh -n "$1"; . "$1"; printf %s "$${name}" | wc -c; printf %s "$${name}"`,
        'sh',
        file,
      ],
      { encoding: 'utf8', cwd: folder, maxBuffer: 8_000_000 },
    );
    expect([status, stderr]).toEqual([0, '']);
    const [count = '', value = ''] = splitOnce(stdout);
    expect(Number(count)).toBe(Buffer.byteLength(value));
    return value;
  }

  const splitOnce = (text: string) => {
    const at = text.indexOf('\n');
    return [text.slice(0, at), text.slice(at + 1)];
  };

  it('writes names and values', () => {
    expect(render(TEXT, [[tree, pairs({ 'db/pool-size': '10', 'log.level': '' })]])).toBe(
      "DB_POOL_SIZE='10'\nLOG_LEVEL=''\n",
    );
    expect(
      render(TEXT.replace('tree("config")', 'tree("config"), export=true'), [
        [tree, pairs({ a: 'b' })],
      ]),
    ).toBe("export A='b'\n");
  });

  it('gives every value back through a shell, and runs nothing of it', () => {
    for (const evil of HOSTILE) {
      const text = render(TEXT, [[tree, pairs({ first: 'x', evil, last: 'y' })]]);
      expect(sourced(text, 'EVIL'), evil.slice(0, 50)).toBe(evil);
      expect(sourced(text, 'LAST')).toBe('y');
    }
    expect(spawnSync('ls', [folder], { encoding: 'utf8' }).stdout).not.toContain('pwned');
  });

  it('refuses a key that makes no name', () => {
    const names = HOSTILE.filter((text) => text.length < 100 && !/^\w+$/.test(text));
    for (const evil of [...names, '1st', 'a=b', 'PATH=x\nB']) {
      expect(renderHostile(TEXT, [[tree, pairs({ [evil || ' ']: 'x' })]]), evil).toBeUndefined();
    }
  });
});

describe('hosts/hosts.njk', () => {
  const TEXT = '{% from "hosts/hosts.njk" import hosts %}{{ hosts(nodes()) }}';
  const node = (Node: string, Address: string): CatalogNode => ({
    ID: '',
    Node,
    Address,
    Datacenter: 'dc1',
    TaggedAddresses: {},
    Meta: {},
  });
  const nodes = { kind: 'nodes' } as const;

  it('writes a block of nodes', () => {
    const known: Answers = [[nodes, [node('n1', '10.0.0.11'), node('n2', 'fd00::12')]]];
    expect(render(TEXT, known)).toBe(
      '# nodes of the catalog\n10.0.0.11 n1.node.consul\nfd00::12 n2.node.consul\n# end of the nodes of the catalog',
    );
    expect(render(TEXT.replace('nodes()', 'nodes(), domain="x.y", short=true'), known)).toContain(
      '\n10.0.0.11 n1.x.y n1\n',
    );
    expect(render(TEXT, [[nodes, []]])).toBe(
      '# nodes of the catalog\n# end of the nodes of the catalog',
    );
  });

  it('never lets a node name anything outside of its domain, nor write a line of its own', () => {
    const good = [node('n1', '10.0.0.11'), node('n2', '10.0.0.12')] as const;
    for (const evil of [...HOSTILE, 'localhost', 'github.com', 'x.'.repeat(120), '127']) {
      for (const hostile of [node(evil, '10.0.0.66'), node('n6', evil), node(evil, evil)]) {
        const lines = render(TEXT, [[nodes, [good[0], hostile, good[1]]]]).split('\n');
        expect(
          lines.filter((line) => /^10\.0\.0\.1[12] n[12]\.node\.consul$/.test(line)),
        ).toHaveLength(2);
        const others = lines.slice(1, -1).filter((line) => !line.startsWith('10.0.0.1'));
        expect(others.length).toBeLessThan(2);
        for (const line of others) expect(line).toMatch(/^[\w.:-]+ [\w.-]+\.node\.consul$/);
      }
    }
  });
});

describe('prometheus/file_sd.njk', () => {
  const ONE = '{% from "prometheus/file_sd.njk" import targets %}{{ targets(service("sales")) }}';
  const ALL =
    '{% from "prometheus/file_sd.njk" import tagged_targets %}{{ tagged_targets("http") }}';

  it('writes a group for each instance', () => {
    const meta = instance({ ServiceMeta: { 'app-version': '1.2' }, Tags: ['a', 'http'] });
    expect(JSON.parse(render(ONE, [[sales, [meta, two[1] ?? meta]]]))).toMatchObject([
      {
        targets: ['10.0.0.1:80'],
        labels: {
          __meta_consul_service: 'sales',
          __meta_consul_service_id: 'sales-1',
          __meta_consul_service_port: '80',
          __meta_consul_service_metadata_app_version: '1.2',
          __meta_consul_tags: ',a,http,',
          __meta_consul_health: 'passing',
        },
      },
      { targets: ['[fd00::2]:80'], labels: { __meta_consul_health: 'warning' } },
    ]);
  });

  it('writes an empty list where there is nothing', () => {
    expect(JSON.parse(render(ONE, [[sales, []]]))).toEqual([]);
    expect(JSON.parse(render(ALL, [[{ kind: 'services' }, []]]))).toEqual([]);
  });

  it('writes all instances of the services with a tag, healthy or not', () => {
    const groups = JSON.parse(render(ALL, withEvilService('evil\n', false))) as unknown[];
    expect(groups).toHaveLength(2);
  });

  it('keeps its structure whatever anybody registers', () => {
    for (const evil of HOSTILE) {
      const text = render(ONE, [[sales, [instance(), hostileInstance(evil), instance()]]]);
      const groups = JSON.parse(text) as { targets: string[]; labels: Record<string, string> }[];
      expect(groups).toHaveLength(3);
      const address = evil.includes(':') ? `[${evil}]` : evil;
      expect(groups[1]?.targets).toEqual([`${address}:80`]);
      expect(Object.keys(groups[1]?.labels ?? {})).toHaveLength(10);
      expect(groups[1]?.labels['__meta_consul_service']).toBe(evil);
      expect(groups[1]?.labels['__meta_consul_tags']).toBe(`,${evil},http,`);
    }
  });
});
