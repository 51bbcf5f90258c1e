import { oneOf } from '../../support/chance.ts';
import { FILES } from '../stage/stranger.ts';
import type { End, Fault } from './fault.ts';

/** What befalls the files by somebody else's hand. */
export const STRANGER_FAULTS: readonly Fault[] = [
  {
    name: 'file edited',
    lane: 'host',
    lastsMs: [200, 2000],
    begin: async ({ stage }, chance) => done(() => stage.stranger.edit(oneOf(chance, FILES))),
    logged: /drifted, by somebody else's hand: it has another text/,
    isUndoneByChanges: true,
  },
  {
    name: 'file replaced by a link',
    lane: 'host',
    lastsMs: [200, 2000],
    begin: async ({ stage }, chance) => {
      const name = oneOf(chance, FILES);
      stage.stranger.link(name);
      // Who starts with a link in a file's place refuses it: it may have been killed before it put the file back.
      return async () => stage.stranger.unlink(name);
    },
    logged: /drifted, by somebody else's hand: it was replaced by a symbolic link/,
    isUndoneByChanges: true,
  },
  {
    name: 'mode of a file changed',
    lane: 'host',
    lastsMs: [200, 2000],
    begin: async ({ stage }, chance) => done(() => stage.stranger.chmod(oneOf(chance, FILES))),
    logged: /drifted, by somebody else's hand: it has mode 0600 and should have 0644/,
    isUndoneByChanges: true,
  },
  {
    name: 'file edited while autotmpl is killed',
    lane: 'host',
    lastsMs: [0, 1000],
    begin: async ({ stage }, chance) => {
      await stage.program.end('SIGKILL');
      stage.stranger.edit(oneOf(chance, FILES));
      return async () => stage.startProgram();
    },
  },
];

function done(deed: () => void): End {
  deed();
  return async () => undefined;
}
