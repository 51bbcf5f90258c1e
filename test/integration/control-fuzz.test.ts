import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/fuzz-control.mjs', import.meta.url));

it('stands being ill-treated: answers, never says 500, does not grow, and holds no connection', async () => {
  const child = spawn(process.execPath, [SCRIPT, '3s'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number];
  expect(code, said).toBe(0);
});
