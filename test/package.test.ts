/** What people install: that it is what runs and what is read, and that installing it runs nothing. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Run by npm on the machine of whoever installs a package. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

describe('the package', () => {
  it('has in it what runs and what is read, and nothing else', () => {
    // Without scripts: `prepack` would build what other tests are running.
    const words = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const output = execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8' });
    const [packed] = JSON.parse(output) as [{ files: readonly { path: string }[] }];
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['bin/autotmpl.js', 'dist/cli/main.cjs']));
    const places = new Set(paths.map((path) => path.split('/')[0]));
    expect([...places].sort()).toEqual([
      ...['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md'],
      ...['bin', 'dist', 'docs', 'examples', 'package.json', 'templates'],
    ]);
  });

  it('runs nothing when it is installed, nor does what it depends on', () => {
    const { dependencies = {}, optionalDependencies = {} } = manifestIn(ROOT);
    const names = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
    const folders = names.map((name) => join(ROOT, 'node_modules', name)).filter(existsSync);
    expect(folders.length).toBeGreaterThanOrEqual(Object.keys(dependencies).length);
    const running = [ROOT, ...folders].filter((folder) =>
      INSTALL_SCRIPTS.slice(0, folder === ROOT ? undefined : 3).some(
        (script) => manifestIn(folder).scripts?.[script] !== undefined,
      ),
    );
    expect(running).toEqual([]);
  });
});
