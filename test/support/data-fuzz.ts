import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Query } from '../../src/catalog/query.ts';
import { freezeValue, type Value } from '../../src/catalog/values.ts';
import { AutotmplError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Recall } from '../../src/template/engine.ts';
import { createNunjucksEngine } from '../../src/template/nunjucks/engine.ts';
import { haproxyLines, hostsEntries, nginxDirectives } from './config-structure.ts';
import { haproxyBinary } from './haproxy.ts';
import { harmlessTwin, HostileData, TAG, type World } from './hostile-data.ts';
import { nginxBinary } from './nginx.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Hostile services, instances, nodes and keys of one catalog: as many as one run of a program can judge at once. */
const SIZE = 40;

/** What a fuzz of data saw. */
export interface DataReport {
  /** Catalogs that were rendered by every subject. */
  readonly worlds: number;
  /** Files that the program they are for has judged. */
  readonly judged: number;
  readonly findings: readonly string[];
}

/** A template and the one who reads its file. */
export interface Subject {
  readonly name: string;
  /** The template's text, or the path of its file below the root. */
  readonly template: { readonly text: string } | { readonly path: string };
  /** Which addresses it takes: where its file with hostile data must be what it would be without that. */
  readonly usable: 'host' | 'address';
  /** What the file says, comments and spaces aside. */
  structure(text: string): readonly string[];
  /** What is wrong with the file, by the word of the program that it is for. */
  complaint(text: string, folder: string, world: World): string | undefined;
}

const NGINX_REST = `${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path tmp;`).join(' ')} access_log off;`;
const HAPROXY_REST = `global
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend edge
    bind 127.0.0.1:1
    default_backend good
`;

/** Everything that ships and prints what is registered. */
export const SUBJECTS: readonly Subject[] = [
  {
    name: 'templates/nginx/upstreams.njk',
    template: {
      text: `pid nginx.pid; error_log stderr; events {} http { ${NGINX_REST}
{% from "nginx/upstreams.njk" import upstream, tagged_upstreams %}
{{ tagged_upstreams("${TAG}", weighted=true, prefix="by-tag-") }}
{{ upstream("good", service("sales"), keepalive=2) }}
server { listen 127.0.0.1:1; location / { proxy_pass http://good; } } }`,
    },
    usable: 'address',
    structure: nginxDirectives,
    complaint: nginxComplaint,
  },
  {
    name: 'examples/nginx/nginx.conf.njk',
    template: { path: 'examples/nginx/nginx.conf.njk' },
    usable: 'address',
    structure: nginxDirectives,
    complaint: nginxComplaint,
  },
  {
    name: 'templates/haproxy/backends.njk',
    template: {
      // Names would be looked up; what HAProxy does without an answer has its own test.
      text: `${HAPROXY_REST}{% from "haproxy/backends.njk" import backend, tagged_backends %}
{{ tagged_backends("${TAG}", options="check init-addr none", weighted=true, prefix="by-tag-") }}
{{ backend("good", service("sales"), options="check init-addr none") }}
`,
    },
    usable: 'host',
    structure: haproxyLines,
    complaint: haproxyComplaint,
  },
  {
    name: 'examples/haproxy/haproxy.cfg.njk',
    template: {
      text: readFileSync(join(ROOT, 'examples/haproxy/haproxy.cfg.njk'), 'utf8').replace(
        'backend(name, service(name))',
        'backend(name, service(name), options="check init-addr none")',
      ),
    },
    usable: 'host',
    structure: haproxyLines,
    complaint: haproxyComplaint,
  },
  {
    name: 'templates/hosts/hosts.njk',
    template: {
      text: '127.0.0.1 localhost\n{% from "hosts/hosts.njk" import hosts %}{{ hosts(nodes(), short=true) }}\n',
    },
    usable: 'host',
    structure: hostsEntries,
    complaint: (text) =>
      hostsEntries(text).find((line) => !/^[\da-fA-F.:\w-]+( [\w.-]+)+$/.test(line)),
  },
  {
    name: 'templates/prometheus/file_sd.njk',
    template: {
      text: `{% from "prometheus/file_sd.njk" import targets %}{{ targets(service("sales")) }}`,
    },
    usable: 'host',
    structure: () => [],
    complaint: prometheusComplaint,
  },
  {
    name: 'templates/env/environment.njk',
    template: {
      text: '{% from "env/environment.njk" import environment %}{{ environment(tree("config")) }}',
    },
    usable: 'host',
    structure: () => [],
    complaint: shellComplaint,
  },
];

/**
 * Renders random hostile catalogs by every subject, the same for the same seed, until `isOver`. A finding is a file that its
 * program refuses, one that says anything else than it would without the hostile part, a file that is not made because of somebody
 * who may only register, and a crash.
 */
export function fuzzData(
  seed: number,
  isOver: (worlds: number) => boolean,
  subjects: readonly Subject[] = SUBJECTS,
): DataReport {
  const folder = mkdtempSync(join(tmpdir(), 'autotmpl-data-'));
  const report = { worlds: 0, judged: 0 };
  const findings: string[] = [];
  try {
    while (!isOver(report.worlds) && findings.length < 10) {
      const world = new HostileData(seed + report.worlds).world(SIZE);
      for (const subject of subjects) {
        const finding = judge(subject, world, folder);
        report.judged += 1;
        if (finding !== undefined) {
          findings.push(`seed ${seed + report.worlds}, ${subject.name}: ${finding.slice(0, 2000)}`);
        }
      }
      report.worlds += 1;
    }
    const left = readdirSync(folder, { recursive: true }).filter((name) =>
      /pwned/.test(String(name)),
    );
    if (left.length > 0) findings.push(`something was run: ${left.join(', ')}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { ...report, findings };
}

/** What is wrong with what the subject makes of the catalog. */
function judge(subject: Subject, world: World, folder: string): string | undefined {
  const text = render(subject, world);
  if (text instanceof Error) {
    const isRefusal = text instanceof AutotmplError;
    return isRefusal ? `no file: ${text.message}` : `a crash: ${text.stack ?? ''}`;
  }
  try {
    const twin = render(subject, harmlessTwin(world, subject.usable));
    if (twin instanceof Error) return `no file without hostile data: ${twin.message}`;
    const difference = firstDifference(subject.structure(text), subject.structure(twin));
    if (difference !== undefined) return difference;
  } catch (error) {
    return String(error);
  }
  return subject.complaint(text, folder, world);
}

function firstDifference(got: readonly string[], wanted: readonly string[]): string | undefined {
  const at = got.findIndex((line, index) => line !== wanted[index]);
  if (at === -1 && got.length === wanted.length) return undefined;
  const place = at === -1 ? got.length : at;
  return `the file says ${got[place] ?? 'nothing'} where it would say ${wanted[place] ?? 'nothing'}`;
}

function render({ template }: Subject, world: World): string | Error {
  const [text, folder] =
    'path' in template
      ? [readFileSync(join(ROOT, template.path), 'utf8'), dirname(join(ROOT, template.path))]
      : [template.text, ROOT];
  const engine = createNunjucksEngine({
    searchPath: [join(ROOT, 'templates')],
    environment: { NGINX_LISTEN: '127.0.0.1:1', HAPROXY_LISTEN: '127.0.0.1:1' },
    clock: systemClock,
  });
  const options = { strict: true, allowControlCharacters: false };
  const rendering = engine
    .compile({ name: 'fuzzed.njk', text, folder }, options)
    .render(recallOf(world));
  if (rendering.error !== undefined) return rendering.error;
  const [missing] = rendering.missing.keys();
  return missing === undefined ? (rendering.text ?? '') : new Error(`${missing} has no answer`);
}

function recallOf(world: World): Recall {
  return ((query: Query) => ({
    state: 'fresh',
    value: freezeValue(answer(world, query)),
  })) as Recall;
}

function answer(world: World, query: Query): Value {
  if (query.kind === 'services') return world.services;
  if (query.kind === 'nodes') return world.nodes;
  if (query.kind === 'tree') return world.pairs;
  if (query.kind === 'service') return world.instances.get(query.name) ?? [];
  throw new Error(`nobody should ask for ${query.kind}`);
}

function nginxComplaint(text: string, folder: string): string | undefined {
  writeFileSync(join(folder, 'nginx.conf'), text);
  const args = ['-t', '-e', 'stderr', '-p', folder, '-c', 'nginx.conf'];
  const { status, stderr } = spawnSync(nginxBinary(), args, { encoding: 'utf8' });
  return status === 0 ? undefined : `nginx says: ${stderr}`;
}

function haproxyComplaint(text: string, folder: string): string | undefined {
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, text);
  const { status, stderr } = spawnSync(haproxyBinary(), ['-c', '-f', file], { encoding: 'utf8' });
  return status === 0 ? undefined : `HAProxy says: ${stderr}`;
}

function prometheusComplaint(text: string, _folder: string, world: World): string | undefined {
  const registered = world.instances.get('sales') ?? [];
  const groups = JSON.parse(text) as {
    readonly targets: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  }[];
  if (groups.length !== registered.length) return `${groups.length} groups`;
  for (const [at, { targets, labels, ...rest }] of groups.entries()) {
    const { ID, Address, Node } = registered[at] as (typeof registered)[number];
    const said = [labels.__meta_consul_service_id, labels.__meta_consul_service_address];
    if (targets.length !== 1 || Object.keys(rest).length > 0)
      return `group ${at} has another shape`;
    if (said[0] !== ID || said[1] !== Address || labels.__meta_consul_node !== Node) {
      return `group ${at} says something else than was registered`;
    }
    const odd = Object.entries(labels).find(
      ([name, value]) => !/^__meta_consul_\w+$/.test(name) || typeof value !== 'string',
    );
    if (odd !== undefined) return `group ${at} has the label ${odd[0]}`;
  }
  return undefined;
}

/** Sources it, and has every variable told by another program: nothing else may have come of it. */
function shellComplaint(text: string, folder: string, { pairs }: World): string | undefined {
  writeFileSync(join(folder, 'test.env'), text);
  // Not exported one by one: what is too long for an environment is a value like any other.
  const names = pairs.map(({ Key }) => Key.toUpperCase());
  const script = `sh -n test.env && . ./test.env && printf '%s\\0' ${names.map((name) => `"$${name}"`).join(' ')}`;
  const run = spawnSync('sh', ['-euc', script], { cwd: folder, maxBuffer: 2 ** 28 });
  if (run.status !== 0 || run.stderr.length > 0) return `sh says: ${run.stderr.toString()}`;
  const told = run.stdout.toString().split('\0').slice(0, -1);
  const at = pairs.findIndex(({ Value }, index) => told[index] !== Value);
  return at === -1 && told.length === pairs.length
    ? undefined
    : `${names[at]} is ${JSON.stringify(told[at])} and not ${JSON.stringify(pairs[at]?.Value)}`;
}
