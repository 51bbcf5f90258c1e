import type { Chance } from '../../support/chance.ts';
import type { Schedulable } from '../schedule.ts';
import type { Stage } from '../stage/stage.ts';
import type { Writer } from '../writer.ts';

/** What a fault works on. */
export interface Victims {
  readonly stage: Stage;
  readonly writer: Writer;
}

/** Takes a fault back, and returns once what was broken works again as far as that is up to us. */
export type End = () => Promise<void>;

/** One kind of trouble. */
export interface Fault extends Schedulable {
  /** Makes the trouble. */
  begin(victims: Victims, chance: Chance): Promise<End>;
  /** What the log says of it, for an operator who has nothing else. Absent where autotmpl need not notice. */
  readonly logged?: RegExp;
}
