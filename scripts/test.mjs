// npm test: installs what is missing, then runs the suite. Arguments go to the test runner.
// The end-to-end tests run on the executable that has Node in it, or on the form of the program that AUTOTMPL_BIN names.
import { spawn } from 'node:child_process';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensureConsul } from './consul.mjs';
import { ensureBuilt, ensureHaproxy, ensureNginx, ensurePackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);

try {
  await ensurePackages();
  await Promise.all([findServers(), prepareProgram()]);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const child = spawn(process.execPath, [vitest, 'run', ...given], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));

async function findServers() {
  process.env.CONSUL_BIN = await ensureConsul();
  // One after the other, as apt wants it.
  process.env.NGINX_BIN = await ensureNginx();
  process.env.HAPROXY_BIN = await ensureHaproxy();
}

async function prepareProgram() {
  await ensureBuilt();
  if (mayStartProgram(given)) await chooseForm();
}

/** Whether all files are meant, or end-to-end files among others. */
function mayStartProgram(words) {
  const filters = words.filter((word) => !word.startsWith('-'));
  return filters.length === 0 || filters.some((word) => /e2e|examples/.test(word));
}

/** Has AUTOTMPL_BIN name what the end-to-end tests start. Without an executable they start the package, and its own test fails. */
async function chooseForm() {
  const named = process.env.AUTOTMPL_BIN;
  try {
    // Whoever has never built has not the packages that this needs until here.
    const { ensureStandalone } = await import('./standalone.mjs');
    process.env.AUTOTMPL_BIN = named ? resolve(named) : await ensureStandalone();
  } catch (error) {
    console.error(`the standalone executable could not be made: ${error.message}`);
    delete process.env.AUTOTMPL_BIN;
  }
  const form = process.env.AUTOTMPL_BIN ?? resolve(root, 'bin/autotmpl.js');
  console.error(`end-to-end tests run on ${relative(process.cwd(), form)}`);
}
