// npm run bench: runs bench/ against a real Consul. What it measures and which flags it takes: docs/performance.md.
import { fileURLToPath } from 'node:url';

import { ensureConsul } from './consul.mjs';
import { ensureBuilt, ensurePackages } from './install.mjs';

try {
  await ensurePackages();
  process.env.CONSUL_BIN = await ensureConsul();
  await ensureBuilt();
  const { loadBundled } = await import('./bundled.mjs');
  const { runBench } = await loadBundled('bench/main.ts');
  const root = fileURLToPath(new URL('..', import.meta.url));
  process.exitCode = await runBench(process.argv.slice(2), root);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
