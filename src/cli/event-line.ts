import { printable } from './printable.ts';

/** An event of the control socket as a line for people: `12:00:01.123 job:changed job=nginx state=running`. */
export function eventLine(json: string): string {
  const { time, event, ...fields } = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`);
  return `${String(time).slice(11, 23)} ${String(event)}${pairs.join('')}`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=\x00-\x1f\x7f-\x9f]+$/.test(text) ? text : printable(JSON.stringify(text));
}
