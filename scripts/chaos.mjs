// npm run chaos [-- --minutes 10 --seed 7]: a cluster, a proxy and autotmpl go through every fault that we can make, and must keep what
// docs/reliability.md promises (test/chaos/). It works in namespaces of its own: it starts itself again in them.
import { ensureConsul } from './consul.mjs';
import { ensureBuilt, ensureNginx, ensurePackages } from './install.mjs';
import { loadBundled } from './bundled.mjs';

const args = process.argv.slice(2);
try {
  await ensurePackages();
  process.env.CONSUL_BIN = await ensureConsul();
  process.env.NGINX_BIN = await ensureNginx();
  await ensureBuilt();
  const { isApart, runApart } = await loadBundled('test/chaos/apart.ts');
  if (isApart()) {
    const { runChaos } = await loadBundled('test/chaos/chaos.ts');
    process.exit(await runChaos(args));
  }
  process.exitCode = await runApart([process.execPath, process.argv[1], ...args]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
