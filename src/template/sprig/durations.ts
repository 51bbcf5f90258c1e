/** Durations. Of a number of seconds. */
import { parseDuration } from '../../core/duration.ts';
import { derived } from '../gotemplate/functions.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import { toInteger } from './arguments.ts';

const UNITS = [
  ['y', 31_536_000],
  ['mo', 2_592_000],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** Sprig's functions for durations. What has to do with dates depends on the time, and is not among them. */
export const DURATIONS: Readonly<Record<string, GoFunction>> = {
  duration: derived((seconds) => goDuration(Number(toInteger(seconds)))),
  durationRound: derived(round),
};

/** As Go writes it: every unit from the largest down to seconds. */
function goDuration(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const all = Math.abs(seconds);
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  if (hours > 0) return `${sign}${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${sign}${minutes}m${rest}s` : `${sign}${rest}s`;
}

/** The largest unit that it fills, `2h10m5s` as `2h`. */
function round(duration: GoValue): string {
  const seconds =
    typeof duration === 'string'
      ? (parseDuration(duration.replace(/^-/, '')) ?? 0) / 1000
      : Number(toInteger(duration)) / 1e9;
  for (const [unit, size] of UNITS) {
    if (seconds >= size) return `${Math.floor(seconds / size)}${unit}`;
  }
  return '0s';
}
