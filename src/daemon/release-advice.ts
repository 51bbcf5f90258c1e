import { CONTROL_SOCKET } from '../config/supervisor-defaults.ts';
import type { Holder } from '../renderer/fare.ts';

/**
 * How an operator has a file that guards hold take what is there, as a clause that begins with what to do. `socket` is the control socket; without
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
  return (label) => `where this is as it should be: ${commandFor(label, socket)}`;
}

/** The same for a file that its check or a rollback holds, and that would fare the same if nothing else changed. */
export function retryAdvice(
  socket: string | undefined,
  { once }: { readonly once: boolean },
): (label: string, by: Holder) => string | undefined {
  return (label, by) => {
    if (by === 'check') {
      // The next run checks it anew.
      if (once) return undefined;
      if (socket === undefined) return 'it is checked again when its data changes, or at HUP';
      return `it is checked again when its data changes, or by ${commandFor(label, socket)}`;
    }
    if (by !== 'rollback') return undefined;
    const only = 'its text is not tried again before the data changes';
    if (once) return only;
    if (socket === undefined) {
      return `${only}; with control.socket in the config, autotmpl release would have it tried`;
    }
    return `${only}, but by ${commandFor(label, socket)}`;
  };
}

function commandFor(label: string, socket: string): string {
  const place = socket === CONTROL_SOCKET ? '' : ` -socket ${quoted(socket)}`;
  return `autotmpl release ${quoted(label)}${place}`;
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
