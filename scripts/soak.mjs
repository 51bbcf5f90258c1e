// npm run soak [-- 60s]: lets a supervisor live years in some minutes, and looks whether anything was left (test/soak/). Without a
// length it goes on until 100,000 checks timed out and processes were started again 10,000 times.
import { ensureConsul } from './consul.mjs';
import { ensureBuilt, ensurePackages } from './install.mjs';

try {
  await ensurePackages();
  process.env.CONSUL_BIN = await ensureConsul();
  await ensureBuilt();
  const { loadBundled } = await import('./bundled.mjs');
  const { runSoak } = await loadBundled('test/soak/soak.ts');
  process.exitCode = await runSoak(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
