// npm run soak [-- 60s]: lets a supervisor live years in some minutes, and looks whether anything was left (test/soak/). Without a
// length it goes on until 100,000 checks timed out and processes were started again 10,000 times.
// npm run soak -- 1000000changes: so many changes at keys that a thousand files show (test/soak/changes.ts).
import { ensureConsul } from './consul.mjs';
import { ensureBuilt, ensurePackages } from './install.mjs';

const changes = /^([1-9]\d*)changes$/.exec(process.argv[2] ?? '')?.[1];
try {
  await ensurePackages();
  const { loadBundled } = await import('./bundled.mjs');
  if (changes !== undefined) {
    const { runChanges } = await loadBundled('test/soak/changes.ts');
    process.exit(await runChanges(Number(changes)));
  }
  process.env.CONSUL_BIN = await ensureConsul();
  await ensureBuilt();
  const { runSoak } = await loadBundled('test/soak/soak.ts');
  process.exitCode = await runSoak(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
