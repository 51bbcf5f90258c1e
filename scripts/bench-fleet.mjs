// npm run bench:fleet [-- --hosts 200]: what a fleet costs the servers of a cluster, by the ways in which it can ask (docs/scale.md). It
// works in namespaces of its own, as the chaos run does: it starts itself again in them.
import { fileURLToPath } from 'node:url';

import { ensureConsul } from './consul.mjs';
import { ensurePackages } from './install.mjs';
import { loadBundled } from './bundled.mjs';

const args = process.argv.slice(2);
try {
  await ensurePackages();
  process.env.CONSUL_BIN = await ensureConsul();
  const { parseOptions, USAGE } = await loadBundled('bench/fleet/options.ts');
  const { isApart, runApart } = await loadBundled('test/chaos/apart.ts');
  const options = parseOptions(args);
  if (options === undefined) {
    console.log(USAGE);
  } else if (isApart()) {
    const { runFleet } = await loadBundled('bench/fleet/fleet.ts');
    await runFleet(options, fileURLToPath(new URL('..', import.meta.url)));
    process.exit(0);
  } else {
    process.exitCode = await runApart([process.execPath, process.argv[1], ...args]);
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
