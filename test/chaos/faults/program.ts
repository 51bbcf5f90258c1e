import { oneOf } from '../../support/chance.ts';
import type { Fault } from './fault.ts';

const HOUR_MS = 3_600_000;
const JUMPS_MS = [-HOUR_MS, HOUR_MS, 20 * 365 * 24 * HOUR_MS, -60_000];

/** What befalls autotmpl itself. */
export const PROGRAM_FAULTS: readonly Fault[] = [
  {
    name: 'autotmpl killed',
    lane: 'host',
    lastsMs: [0, 2000],
    begin: async ({ stage }) => {
      await stage.program.end('SIGKILL');
      return async () => stage.startProgram();
    },
  },
  {
    name: 'autotmpl hung',
    lane: 'host',
    lastsMs: [500, 4000],
    begin: async ({ stage }) => {
      stage.program.signal('SIGSTOP');
      return async () => stage.program.signal('SIGCONT');
    },
  },
  {
    name: 'autotmpl restarted',
    lane: 'host',
    lastsMs: [0, 500],
    begin: async ({ stage }) => {
      await stage.endProgram();
      return async () => stage.startProgram();
    },
  },
  {
    name: 'clock jumped',
    lane: 'host',
    lastsMs: [1000, 4000],
    begin: async ({ stage }, chance) => {
      stage.program.shiftClock(oneOf(chance, JUMPS_MS));
      return async () => stage.program.shiftClock(0);
    },
  },
];
