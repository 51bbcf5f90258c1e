import { VERSION } from '../core/version.ts';
import type { Program } from './program-name.ts';

/** The text of `-version`; for who was called containerpilot in the form that its callers read. */
export function versionText(program: Program = 'autotmpl'): string {
  return program === 'containerpilot'
    ? `Version: ${VERSION}\nGitHash: autotmpl\n`
    : `autotmpl ${VERSION}\n`;
}
