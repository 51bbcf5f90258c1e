import type { Bus } from '../core/bus.ts';
import type { CancelTimer, Clock } from '../core/time.ts';

/** What giving up takes. */
export interface GiveUpOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  /** How long a query may be in trouble; undefined: for ever. */
  readonly afterMs: number | undefined;
  /** Whether it still is: nobody says so when a query is not wanted any more. */
  readonly isTroubled: (query: string) => boolean;
  /** Called once, with why. */
  readonly giveUp: (sentence: string) => void;
}

/**
 * Gives up when a query has been in trouble for too long: consul-template's limited retries, as the time that they take. Returns what
 * ends it.
 */
export function giveUpOnTrouble({
  bus,
  clock,
  afterMs,
  isTroubled,
  giveUp,
}: GiveUpOptions): () => void {
  if (afterMs === undefined) return () => undefined;
  const timers = new Map<string, CancelTimer>();
  const end = (query: string): void => {
    timers.get(query)?.();
    timers.delete(query);
  };
  const endAll = (): void => {
    for (const query of [...timers.keys()]) end(query);
    for (const stop of stops) stop();
  };
  const stops = [
    bus.on('query:held', ({ query, reason }) => {
      end(query);
      const look = (): void => {
        timers.delete(query);
        if (!isTroubled(query)) return;
        endAll();
        giveUp(`${query}: ${reason}; the config allows no more tries`);
      };
      timers.set(query, clock.setTimer(look, afterMs));
    }),
    bus.on('query:recovered', ({ query }) => end(query)),
  ];
  return endAll;
}
