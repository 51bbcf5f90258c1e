import { BAD_SNIPPET } from '../writer.ts';
import type { Behaviour, Told } from '../stage/stage.ts';
import type { Fault } from './fault.ts';

/** What befalls the check, the reload, and the probe after it. */
export const COMMAND_FAULTS: readonly Fault[] = [
  {
    name: 'configuration that nginx refuses',
    lane: 'catalog',
    lastsMs: [2000, 5000],
    begin: async ({ writer }) => {
      await writer.useSnippet(BAD_SNIPPET);
      return async () => writer.useSnippet('# fine again').catch(() => undefined);
    },
    logged: /unknown directive/,
  },
  told('check', 'fail', /the check was told to fail/),
  told('check', 'hang', /check\.sh.* ran longer than 2s and was killed/),
  told('reload', 'fail', /the reload was told to fail/),
  told('reload', 'hang', /reload\.sh.* ran longer than 2s and was killed/),
  told('probe', 'fail', /the probe was told to fail/),
  told('probe', 'hang', /the probe after .* did not succeed within 1s: its first try did not end/),
];

function told(command: Told, behaviour: Behaviour, logged: RegExp): Fault {
  return {
    name: `${command} told to ${behaviour}`,
    lane: 'host',
    lastsMs: [3000, 6000],
    logged,
    begin: async ({ stage }) => {
      stage.behave(command, behaviour);
      return async () => stage.behave(command, 'work');
    },
  };
}
