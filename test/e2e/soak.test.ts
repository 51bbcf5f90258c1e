import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

import { startChild, type Child } from '../support/child.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/soak.mjs', import.meta.url));

let soak: Child | undefined;

afterEach(() => soak?.stop());

it('leaves nothing behind after checks that timed out, processes that crashed, and 300 HUPs', async () => {
  soak = startChild([process.execPath, SCRIPT, '10s']);
  const { code } = await soak.ended;
  expect(code, soak.stdout + soak.stderr).toBe(0);
  expect(
    soak.stdout.match(/^round \d: [1-9]\d* timeouts, [1-9]\d* restarts, 60 HUPs/gm),
  ).toHaveLength(5);
}, 240_000);

it('refuses a length that it does not understand before it starts anything', async () => {
  soak = startChild([process.execPath, SCRIPT, 'soon']);
  const { code } = await soak.ended;
  expect(code).toBe(1);
  expect(soak.stderr).toBe('a length such as 60s, not soon\n');
});
