import { Bus } from '../../src/core/bus.ts';
import type { Logger } from '../../src/core/logger.ts';
import type { Clock } from '../../src/core/time.ts';
import { Turns } from '../../src/renderer/rolling/turns.ts';

/** Turns that nobody has to wait for. */
export function noTurns(parts: { readonly clock: Clock; readonly logger: Logger }): Turns {
  return new Turns({ holder: () => 'host 1', once: false, bus: new Bus(), ...parts });
}
