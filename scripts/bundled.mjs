/** Loads TypeScript, which Node 20 does not read by itself: what is run by hand as well as what tests import. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The exports of a module of this project, whose `path` is relative to the root; bundled for this run. */
export async function loadBundled(path) {
  const { build } = await import('esbuild');
  // As deep below the root as test/support/ is: what is found there relative to its module is found from here. In a namespace of its own a
  // process has a number that another may have, too.
  const bundle = `${ROOT}.tools/bundles/${randomUUID()}-${path.replaceAll('/', '-')}.mjs`;
  try {
    await build({
      entryPoints: [`${ROOT}${path}`],
      outfile: bundle,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      // Packages in the older module format ask for Node's own modules with it.
      banner: {
        js: "import { createRequire as bundledRequire } from 'node:module'; const require = bundledRequire(import.meta.url);",
      },
      logLevel: 'warning',
    });
    return await import(pathToFileURL(bundle).href);
  } finally {
    await rm(bundle, { force: true });
  }
}
