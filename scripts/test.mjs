// npm test: installs what is missing, then runs the suite. Arguments go to the test runner.
// npm run test:standalone: the same for all end-to-end tests, on the executable that has Node in it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { ensureConsul } from './consul.mjs';
import { ensureBuilt, ensureHaproxy, ensureNginx, ensurePackages } from './install.mjs';

const STANDALONE = '--standalone';
const root = fileURLToPath(new URL('..', import.meta.url));

try {
  await ensurePackages();
  process.env.CONSUL_BIN = await ensureConsul();
  process.env.NGINX_BIN = await ensureNginx();
  process.env.HAPROXY_BIN = await ensureHaproxy();
  await ensureBuilt();
  if (process.argv.includes(STANDALONE)) {
    // Whoever has never built has not the packages that this needs until here.
    const { ensureStandalone } = await import('./standalone.mjs');
    process.env.AUTOTMPL_BIN ??= await ensureStandalone();
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const given = process.argv.slice(2).filter((word) => word !== STANDALONE);
const words = process.argv.includes(STANDALONE)
  ? ['--project=suite', 'test/e2e/', ...given]
  : given;
const child = spawn(process.execPath, [vitest, 'run', ...words], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
