import { AutotmplError } from '../../core/errors.ts';
import {
  CHARACTERS_AN_ITEM,
  ENDLESS_ADVICE,
  ITEMS_A_STEP,
  LARGEST_VALUE,
  LONGEST_TEXT,
  MOST_MADE,
  MOST_PRINTED,
} from '../limits.ts';
import { plainText } from './built-in-filters.ts';

/** Some seconds of work. A thousand instances of a service with ten fields take some ten thousand steps. */
const MOST_STEPS = 2_500_000;
/** How often the time is looked at: between two looks pass some milliseconds. */
const STEPS_A_LOOK = 10_000;
/** Of the processor, not of the day: a program that is stopped, or waits for a disk, is not at work. */
const LONGEST_WORK_MS = 10_000;
/** Searches take so long, by the clock, between two looks at the time. */
const UNSEEN_MS = 20;
/** An include finds and sets up a template of its own. */
const STEPS_AN_INCLUDE = 20;

/** The time that this process had of the processor, in milliseconds. */
export type WorkTime = () => number;

/**
 * What one rendering may use up: each turn of a loop, call, filter and include counts, and so does what goes into functions and
 * comes out of them. Every method throws an AutotmplError where it is too much.
 */
export class Budget {
  readonly #workTime: WorkTime;
  #steps = 0;
  #nextLook = STEPS_A_LOOK;
  #endsAt: number | undefined;
  #made = 0;
  #unseenMs = 0;

  constructor(workTime: WorkTime) {
    this.#workTime = workTime;
  }

  /** Counts a turn of a loop, and looks at the length of what is printed around it. */
  turn(printedLength: number): void {
    this.printed(printedLength);
    this.spend(1);
  }

  /** Counts an included template. */
  include(): void {
    this.spend(STEPS_AN_INCLUDE);
  }

  /** Counts a call, and what it takes to go through its arguments. */
  call(args: readonly unknown[]): void {
    let items = 0;
    for (const argument of args) items += sizeOf(argument);
    this.spend(1 + Math.floor(items / ITEMS_A_STEP));
  }

  /** Counts what a call gave, and gives it. */
  made<T>(result: T): T {
    const value = plainText(result);
    if (typeof value === 'string') {
      this.hold(value);
      this.#made += value.length;
      if (this.#made > MOST_MADE) {
        throw tooMuch(`the template makes more than ${MOST_MADE} characters`);
      }
    } else if (Array.isArray(value) && value.length > LARGEST_VALUE) {
      throw tooMuch(`the template makes a list of more than ${LARGEST_VALUE} items`);
    }
    return result;
  }

  /** Looks at a text that is to be printed, or joined to another. */
  hold(text: string): void {
    if (text.length > LONGEST_TEXT) {
      throw tooMuch(`the template makes a text of more than ${LONGEST_TEXT} characters`);
    }
  }

  /** Looks at how much was printed so far. */
  printed(length: number): void {
    if (length > MOST_PRINTED) {
      throw tooMuch(`the template prints more than ${MOST_PRINTED} characters`);
    }
  }

  /** Runs what takes as long as a text is, counts it as a step, and looks at the time where such work took long. */
  timed<T>(work: () => T): T {
    this.spend(1);
    const startedAt = performance.now();
    const result = work();
    this.#unseenMs += performance.now() - startedAt;
    if (this.#unseenMs > UNSEEN_MS) this.#look();
    return result;
  }

  /** Counts steps. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps < this.#nextLook) return;
    if (this.#steps > MOST_STEPS) throw tooMuch(`the template takes more than ${MOST_STEPS} steps`);
    this.#look();
  }

  #look(): void {
    this.#nextLook = this.#steps + STEPS_A_LOOK;
    this.#unseenMs = 0;
    const now = this.#workTime();
    this.#endsAt ??= now + LONGEST_WORK_MS;
    if (now > this.#endsAt) {
      throw tooMuch(`the template takes more than ${LONGEST_WORK_MS / 1000} s of the processor`);
    }
  }
}

/** Not in depth: it is asked at every call. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length / CHARACTERS_AN_ITEM;
  return Array.isArray(value) ? value.length : 0;
}

function tooMuch(message: string): AutotmplError {
  return new AutotmplError('template', message, { advice: ENDLESS_ADVICE });
}
