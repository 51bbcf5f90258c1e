import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild, type Child } from '../support/child.ts';
import { waitUntil } from '../support/wait-until.ts';

const DEMO = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));

let temporary: string;
let demo: Child;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'autotmpl-demo-test-'));
});

afterEach(async () => {
  await demo.stop();
  await rm(temporary, { recursive: true, force: true });
});

function startDemo(flags: readonly string[], env: Record<string, string>): Child {
  demo = startChild([process.execPath, DEMO, ...flags], { env: { TMPDIR: temporary, ...env } });
  return demo;
}

describe('npm run demo', () => {
  it('shows nginx.conf follow the catalog, and leaves nothing behind', async () => {
    const { stdout, ended } = await run(startDemo(['--quick'], { NO_COLOR: '1' }));
    expect(ended).toEqual({ code: 0, signal: null });
    const [, first, growth, shrinking, emptied, broken] = stdout.split(/^\d .*\.$/m);
    expect(first).toContain('server 10.0.0.11:3000');
    expect(changedServers(growth)).toEqual(['+ sales-2', '+ sales-3']);
    expect(growth).toMatch(/nginx\.conf {2}\d+ ms later/);
    expect(changedServers(shrinking)).toEqual(['- sales-2']);
    expect(changedServers(emptied)).toEqual([]);
    expect(emptied).toMatch(
      /autotmpl: sales went from 2 instances to none, .* \[neverEmpty\]; nginx\.conf stays as it was$/m,
    );
    expect(emptied).toContain('nginx.conf  unchanged');
    expect(changedServers(broken)).toEqual([]);
    expect(broken).toMatch(/autotmpl: .*catalog\.yaml:\d+:\d+/);
    expect(broken).toContain('nginx.conf  unchanged');
    expect(stdout.match(/✓ command: nginx would reload now/g)).toHaveLength(3);
    expect(stdout).toContain('Try next');
    expect(await readdir(temporary)).toEqual([]);
  });

  it('is plain text unless colours are wanted', async () => {
    const plain = await run(startDemo(['--quick'], {}));
    expect(plain.stdout).not.toContain('\x1b');
    const coloured = await run(startDemo(['--quick'], { FORCE_COLOR: '1' }));
    expect(coloured.stdout).toContain('\x1b[32m');
  });

  it('cleans up when it is interrupted', async () => {
    const child = startDemo([], { NO_COLOR: '1' });
    await waitUntil(() => child.stdout.includes('✓'), { what: 'the first rendering' });
    child.kill('SIGINT');
    expect(await child.ended).toEqual({ code: 130, signal: null });
    expect(child.stderr).toBe('');
    expect(await readdir(temporary)).toEqual([]);
  });
});

async function run(child: Child): Promise<{ stdout: string; ended: unknown }> {
  const ended = await child.ended;
  expect(child.stderr).toBe('');
  return { stdout: child.stdout, ended };
}

/** The servers that a difference of nginx.conf adds and removes, by the name in their comment. */
function changedServers(chapter: string | undefined): string[] {
  const lines = (chapter ?? '').matchAll(/^ +│ ([+-]) +server .*# (\S+)$/gm);
  return [...lines].map(([, sign, name]) => `${sign} ${name}`);
}
