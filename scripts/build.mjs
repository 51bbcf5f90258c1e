// Bundles src/cli/main.ts into dist/: one file that starts fast, and chunks that are loaded when they are used.
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds dist/ anew. */
export async function buildBundle() {
  await rm(`${root}/dist`, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: { 'cli/main': 'src/cli/main.ts' },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: false,
    legalComments: 'none',
    // nunjucks asks for it only to watch files in a browser's place; we never do.
    external: ['chokidar', 'fsevents'],
    // Packages in the older module format ask for Node's own modules by require.
    banner: {
      js: "import { createRequire as autotmplCreateRequire } from 'node:module'; const require = autotmplCreateRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildBundle();
