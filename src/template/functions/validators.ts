/** Validators: they return what they are given when it is what it should be, and refuse everything else. */
import { isIPv4, isIPv6 } from 'node:net';

import type { AutotmplError } from '../../core/errors.ts';
import { badArgument, cannot } from './arguments.ts';

/**
 * A host: a DNS name (letters, digits, `-` and `_`), an IPv4 address, or an IPv6 address without brackets and zone. A
 * name that programs would take for a number (`127.1`, `0x7f000001`) is refused. Safe in every kind of file, bare.
 */
export function host(text: unknown): string {
  const value = takeShown('host', text);
  if (isIPv4(value) || (isIPv6(value) && !value.includes('%')) || isDnsName(value)) return value;
  throw refused('host', 'a DNS name, an IPv4 or an IPv6 address', value);
}

/** A port: a whole number from 1 to 65535, or its digits. Safe in every kind of file, bare. */
export function port(number: unknown): string {
  const value = takeShown('port', number);
  if (/^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65_535) return value;
  throw refused('port', 'a port from 1 to 65535', value);
}

/**
 * A host and a port the way configuration files join them: `10.0.0.1:80`, `[fd00::1]:80`. Each must be what `host` and
 * `port` accept.
 */
export function hostPort(address: unknown, number: unknown): string {
  const name = host(address);
  return `${name.includes(':') ? `[${name}]` : name}:${port(number)}`;
}

/**
 * A plain name: a letter or `_`, then letters, digits, `_` and `-`, 255 at the most. Safe wherever a name of a variable,
 * a section, an upstream or a backend stands, bare.
 */
export function ident(text: unknown): string {
  const value = takeShown('ident', text);
  if (/^[A-Za-z_][A-Za-z0-9_-]{0,254}$/.test(value)) return value;
  throw refused('ident', 'a name of letters, digits, "_" and "-" that begins with a letter', value);
}

function isDnsName(value: string): boolean {
  if (value.length > 253) return false;
  const labels = value.split('.');
  if (labels.length > 1 && labels.at(-1) === '') labels.pop();
  const last = labels.at(-1) ?? '';
  // https://url.spec.whatwg.org/#ends-in-a-number-checker: such names reach inet_aton, and then who knows whom.
  if (/^(?:\d+|0x[0-9a-f]*)$/i.test(last)) return false;
  return labels.every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label));
}

function takeShown(call: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (Number.isSafeInteger(value)) return String(value);
  throw badArgument(call, 'the value', 'text', value);
}

/** Addresses and names are no secrets, and without seeing it nobody would find the instance that carries it. */
function refused(call: string, expected: string, value: string): AutotmplError {
  const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  const escaped = JSON.stringify(shown).replace(
    /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return cannot(call, `${escaped} is not ${expected}`);
}
