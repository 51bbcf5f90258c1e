import { CONTROL_SOCKET } from '../config/supervisor-defaults.ts';

/**
 * How an operator has a held file take what is there, as a clause that begins with what to do. `socket` is the control socket; without
 * one nobody can be asked.
 */
export function releaseAdvice(
  socket: string | undefined,
  { once }: { readonly once: boolean },
): (label: string) => string {
  if (once) return () => 'change the guard where this is as it should be, and run again';
  if (socket === undefined) {
    return () =>
      'where this is as it should be, change the guard in the config and send HUP; with control.socket in the config, autotmpl release would take it';
  }
  const place = socket === CONTROL_SOCKET ? '' : ` -socket ${quoted(socket)}`;
  return (label) => `where this is as it should be: autotmpl release ${quoted(label)}${place}`;
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
