import { basename } from 'node:path';

/** The names that the program may be called by, each with the command line of the program that it replaces. */
export type Program = 'autotmpl' | 'containerpilot' | 'consul-template';

/** Which name we were called by: a link of that name on the PATH leads here, and Node gives its path as the script's. */
export function programName(script: string | undefined): Program {
  const name = basename(script ?? '', '.js');
  return name === 'containerpilot' || name === 'consul-template' ? name : 'autotmpl';
}
