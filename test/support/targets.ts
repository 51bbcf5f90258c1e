import type { Target } from '../../src/renderer/target.ts';

/** A target with every default, and what a test says otherwise. */
export function makeTarget(fields: Partial<Target> & { readonly label: string }): Target {
  return {
    source: { contents: '', name: `contents of ${fields.label}`, folder: '/' },
    file: { createDirs: true, backup: false, symlink: 'refuse', write: 'rename' },
    commandTimeoutMs: 30_000,
    quiet: { minMs: 0, maxMs: 0 },
    engine: 'nunjucks',
    strict: true,
    allowControlCharacters: false,
    secret: false,
    ...fields,
  };
}
