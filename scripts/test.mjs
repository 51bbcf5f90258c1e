// npm test: installs what is missing, then runs the suite. Arguments go to the test runner.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { ensureConsul } from './consul.mjs';
import { ensureBuilt, ensureHaproxy, ensureNginx, ensurePackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  await ensurePackages();
  process.env.CONSUL_BIN = await ensureConsul();
  process.env.NGINX_BIN = await ensureNginx();
  process.env.HAPROXY_BIN = await ensureHaproxy();
  await ensureBuilt();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
