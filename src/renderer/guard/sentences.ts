import { printable } from '../../output/printable.ts';
import type { Counted, Members } from './census.ts';
import type { Noun } from './listing.ts';

/** More names than this help nobody. */
const MOST_NAMES = 5;
const LONGEST_NAME = 60;

/** `sales went from 12 instances to 1`, or where nobody knows what there was: `sales has 1 instance`. */
export function course({ name, noun, now }: Counted, before: Members | undefined): string {
  if (before === undefined) return `${plain(name)} has ${amount(now.size, noun)}`;
  return `${plain(name)} went from ${amount(before.size, noun)} to ${now.size === 0 ? 'none' : now.size}`;
}

/** `1 instance`, `12 instances`, `no instance`. */
export function amount(count: number, noun: Noun): string {
  if (count === 0) return `no ${noun}`;
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `: a, b and 10 more are gone`; nothing where none is, or names may not be shown. */
export function goneNames(gone: Members, areSecret: boolean): string {
  if (gone.size === 0 || areSecret) return '';
  const names = [...gone.values()].map(plain).sort();
  const shown = names.slice(0, MOST_NAMES).join(', ');
  const more = names.length - MOST_NAMES;
  if (more > 0) return `: ${shown} and ${more} more are gone`;
  return `: ${shown} ${names.length === 1 ? 'is' : 'are'} gone`;
}

/** A name that anybody may have registered, in one line and not too long. */
function plain(name: string): string {
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return printable(short).replace(/[\n\t]/g, ' ');
}
