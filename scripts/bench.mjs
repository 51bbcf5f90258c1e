// npm run bench: bundles bench/ and runs it against a real Consul. What it measures and which flags it takes: docs/performance.md.
import { fileURLToPath, pathToFileURL } from 'node:url';

import { ensureConsul } from './consul.mjs';
import { ensureBuilt, ensurePackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundle = `${root}.tools/bench-${process.pid}.mjs`;

try {
  await ensurePackages();
  process.env.CONSUL_BIN = await ensureConsul();
  await ensureBuilt();
  const { runBench } = await load();
  process.exitCode = await runBench(process.argv.slice(2), root);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** The bench is TypeScript, which Node 20 does not read by itself. */
async function load() {
  const { build } = await import('esbuild');
  const { rm } = await import('node:fs/promises');
  try {
    await build({
      entryPoints: [`${root}bench/main.ts`],
      outfile: bundle,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      logLevel: 'warning',
    });
    return await import(pathToFileURL(bundle).href);
  } finally {
    await rm(bundle, { force: true });
  }
}
