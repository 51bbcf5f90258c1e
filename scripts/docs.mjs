// npm run docs: writes every reference page that is made from the code.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { ensurePackages } from './install.mjs';

await ensurePackages();
for (const name of ['docs-functions.mjs', 'docs-sprig.mjs', 'docs-config.mjs']) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
