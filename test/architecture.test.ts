import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(ROOT, 'src');

interface Import {
  readonly from: string;
  /** A path below src/, or the name of a package. */
  readonly to: string;
  readonly outside: boolean;
}

/** Which rooms a room may import. Its own files it always may. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'catalog/contract': ['core'],
  catalog: ['catalog/contract', 'core'],
  output: ['core'],
  process: ['core'],
  probe: ['core'],
  template: ['catalog/contract', 'core'],
  watch: ['catalog/contract', 'core'],
  renderer: ['watch', 'template', 'output', 'process', 'probe', 'catalog/contract', 'core'],
  supervisor: ['watch', 'process', 'probe', 'catalog/contract', 'core'],
  control: ['watch', 'process', 'catalog/contract', 'core'],
  trial: ['renderer', 'template', 'output', 'process', 'catalog', 'catalog/contract', 'core'],
  recording: [
    ...['watch', 'renderer', 'template', 'output', 'catalog', 'catalog/contract', 'core'],
  ],
  config: [
    ...['core', 'renderer', 'supervisor', 'control', 'process', 'output', 'template'],
    ...['catalog', 'catalog/contract'],
  ],
  daemon: [
    'config',
    'trial',
    'recording',
    'renderer',
    'supervisor',
    'control',
    'watch',
    'template',
    'output',
    'process',
    'catalog',
    'catalog/contract',
    'core',
  ],
  cli: ['daemon', 'config', 'control', 'trial', 'recording', 'core'],
};

/** The only places where a package comes in. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  nunjucks: ['template/nunjucks/'],
  consul: ['catalog/consul/'],
  commander: ['cli/'],
  execa: ['process/command.ts'],
  'prom-client': ['control/'],
  diff: ['output/diff.ts'],
  chalk: ['core/logger.ts', 'output/diff.ts'],
  '@koromix/koffi-linux-arm64': ['process/libc.ts'],
  '@koromix/koffi-linux-x64': ['process/libc.ts'],
  valibot: ['config/'],
  'jsonc-parser': ['config/'],
  re2js: ['template/functions/'],
  semver: ['template/functions/'],
  'ipaddr.js': ['template/functions/'],
  'smol-toml': ['config/', 'template/functions/', 'output/format/toml.ts'],
  yaml: [
    ...['config/', 'catalog/file/', 'template/functions/', 'output/format/yaml.ts'],
    'trial/with-expected.ts',
  ],
};

/** What a catalog is, in our words: the only part of it that others may know. */
const CONTRACTS: ReadonlySet<string> = new Set([
  'catalog/catalog.ts',
  'catalog/query.ts',
  'catalog/values.ts',
  'catalog/order.ts',
  'catalog/registrar.ts',
  'catalog/locks.ts',
  'catalog/vault-facts.ts',
  'catalog/nomad-facts.ts',
  'catalog/fingerprint.ts',
]);

/** Stand beside each other and never meet. What they share lies in `catalog/http/` and `catalog/blocking/`, which know none of them. */
const BACKENDS: readonly string[] = ['consul', 'file', 'local', 'vault', 'nomad', 'shared', 'kept'];

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
);
const imports = files
  .flatMap((file) => importsOf(file))
  // The version is in package.json, and nowhere else.
  .filter(({ to }) => !to.endsWith('package.json'));

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s+'([^']+)'|import\('([^']+)'\)|^import '([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    if (name.startsWith('.')) {
      return {
        from: file,
        to: relative(SOURCE, join(SOURCE, dirname(file), name)),
        outside: false,
      };
    }
    return { from: file, to: name, outside: true };
  });
}

function room(file: string): string {
  if (CONTRACTS.has(file)) return 'catalog/contract';
  return file.split('/')[0] ?? '';
}

/** `consul` for `catalog/consul/client.ts`; undefined for what is in no folder of the catalog's. */
function folderInCatalog(file: string): string | undefined {
  const [first, second, third] = file.split('/');
  return first === 'catalog' && third !== undefined ? second : undefined;
}

describe('the architecture', () => {
  it('is made of files that were found', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(100);
  });

  it('has arrows that only point down', () => {
    const wrong = imports
      .filter(({ outside }) => !outside)
      .filter(({ from, to }) => room(from) !== room(to) && !ARROWS[room(from)]?.includes(room(to)))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it('takes nothing but types from the parts that the config fills', () => {
    const parts = ['renderer', 'supervisor', 'control', 'output', 'catalog'];
    const wrong = files
      .filter((file) => room(file) === 'config')
      .flatMap((file) => {
        const text = readFileSync(join(SOURCE, file), 'utf8');
        return [...text.matchAll(/import (?!type)\{([^}]*)\} from '\.\.\/([^']+)'/g)]
          .filter(([, , to]) => parts.includes(room(to ?? '')) && !ALLOWED_VALUES.has(to ?? ''))
          .map(([, , to]) => `${file} imports values of ${to}`);
      });
    expect(wrong).toEqual([]);
  });

  it('lets each backend know nothing of the others', () => {
    const wrong = imports
      .filter(({ outside }) => !outside)
      .filter(({ from, to }) => {
        const [own, other] = [folderInCatalog(from), folderInCatalog(to)];
        return own !== undefined && BACKENDS.includes(other ?? '') && own !== other;
      })
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it('has one door for each package', () => {
    const wrong = imports
      .filter(({ outside, to }) => outside && !to.startsWith('node:'))
      .filter(({ from, to }) => !DOORS[packageOf(to)]?.some((door) => from.startsWith(door)))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it('has no circles', () => {
    const graph = new Map<string, string[]>();
    for (const { from, to, outside } of imports) {
      if (!outside) graph.set(from, [...(graph.get(from) ?? []), to]);
    }
    expect(circlesIn(graph)).toEqual([]);
  });

  it('has no room for what belongs nowhere', () => {
    const names = files.flatMap((file) => file.replace(/\.ts$/, '').split('/'));
    expect(names.filter((name) => /^(utils?|helpers?|common|lib|misc)$/.test(name))).toEqual([]);
  });

  it('exports by name', () => {
    const wrong = files.filter((file) =>
      /^export default/m.test(readFileSync(join(SOURCE, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });

  it('says on every export what it is for', () => {
    const wrong = files.flatMap((file) => {
      const lines = readFileSync(join(SOURCE, file), 'utf8').split('\n');
      return lines.flatMap((line, index) => {
        if (
          !/^export (?:abstract )?(?:async )?(?:function\*?|class|interface|type|const) /.test(line)
        )
          return [];
        return /\*\/\s*$/.test(lines[index - 1] ?? '') ? [] : [`${file}:${index + 1} ${line}`];
      });
    });
    expect(wrong).toEqual([]);
  });
});

/** Values that are part of a contract rather than of its machinery: defaults, and how addresses are written. */
const ALLOWED_VALUES: ReadonlySet<string> = new Set([
  'catalog/consul/address.ts',
  'catalog/consul/environment.ts',
  'catalog/consul/options.ts',
  'catalog/http/address.ts',
  'catalog/vault/environment.ts',
  'catalog/vault/options.ts',
  'catalog/nomad/environment.ts',
  'catalog/nomad/options.ts',
  'renderer/target.ts',
]);

function packageOf(name: string): string {
  const parts = name.split('/');
  return name.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? name);
}

function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
