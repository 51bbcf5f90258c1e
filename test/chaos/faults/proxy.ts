import type { Fault } from './fault.ts';

/** What befalls nginx. */
export const PROXY_FAULTS: readonly Fault[] = [
  {
    name: 'nginx killed',
    lane: 'host',
    lastsMs: [0, 2000],
    begin: async ({ stage }) => {
      await stage.proxy.kill();
      // That it starts again on whatever file there is, is a promise, too.
      return async () => stage.proxy.start();
    },
  },
  {
    name: 'nginx hung',
    lane: 'host',
    lastsMs: [500, 4000],
    begin: async ({ stage }) => {
      await stage.proxy.signal('SIGSTOP');
      return async () => stage.proxy.signal('SIGCONT');
    },
  },
];
