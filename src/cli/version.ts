import packageFile from '../../package.json' with { type: 'json' };
import type { Program } from './program-name.ts';

/** The text of `-version`; for who was called containerpilot in the form that its callers read. */
export function versionText(program: Program = 'autotmpl'): string {
  const { version } = packageFile;
  return program === 'containerpilot'
    ? `Version: ${version}\nGitHash: autotmpl\n`
    : `autotmpl ${version}\n`;
}
