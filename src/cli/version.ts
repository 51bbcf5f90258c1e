import { VERSION } from '../core/version.ts';
import type { Program } from './program-name.ts';

/** The consul-template that we stand for where we are called by its name: scripts ask for a version before they use what came with it. */
const CONSUL_TEMPLATE_VERSION = '0.42.1';

/** The text of `-version`; for who was called by another name in the form that its callers read. */
export function versionText(program: Program = 'autotmpl'): string {
  switch (program) {
    case 'containerpilot':
      return `Version: ${VERSION}\nGitHash: autotmpl\n`;
    case 'consul-template':
      return `consul-template v${CONSUL_TEMPLATE_VERSION} (autotmpl ${VERSION})\n`;
    case 'autotmpl':
      return `autotmpl ${VERSION}\n`;
  }
}
