import type { Fault } from './fault.ts';

/** What befalls the folder that the files are in. */
export const DISK_FAULTS: readonly Fault[] = [
  {
    name: 'disk full',
    lane: 'host',
    lastsMs: [3000, 6000],
    begin: async ({ stage }) => {
      stage.disk.fill();
      return async () => stage.disk.empty();
    },
    logged: /no space is left/,
  },
  {
    name: 'folder read-only',
    lane: 'host',
    lastsMs: [3000, 6000],
    begin: async ({ stage }) => {
      stage.disk.allow('ro');
      return async () => stage.disk.allow('rw');
    },
    logged: /read-only/,
  },
];
