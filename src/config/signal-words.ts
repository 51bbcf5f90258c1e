import { constants } from 'node:os';
import type { HandledSignal, SignalAction } from '../supervisor/settings.ts';

/** The signals that may be given a meaning, as people write them. */
export const HANDLED = [
  ...(['HUP', 'USR1', 'USR2', 'TERM', 'INT'] as const),
  ...(['QUIT', 'WINCH', 'CONT', 'TSTP', 'TTIN', 'TTOU', 'ALRM', 'ABRT'] as const),
] as const;

/** The meanings that are one word. */
export const ACTIONS = [
  ...(['stop', 'reload', 'maintenance', 'event', 'report', 'ignore', 'reopenLogs'] as const),
  'forward',
] as const;

/** What a meaning looks like, for messages. */
export const ACTION_FORM = `one of ${ACTIONS.join(', ')}, forward:SIGNAL, or stop:SIGNAL`;

/** Reads `TERM` or `SIGTERM`, in any case; undefined where there is no such signal. */
export function parseSignal(text: string): NodeJS.Signals | undefined {
  const name = `SIG${text.toUpperCase().replace(/^SIG/, '')}`;
  return Object.hasOwn(constants.signals, name) ? (name as NodeJS.Signals) : undefined;
}

/** Reads a signal that may be given a meaning. */
export function parseHandled(text: string): HandledSignal | undefined {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const known = HANDLED.find((one) => one === name);
  return known === undefined ? undefined : `SIG${known}`;
}

/** Reads what a signal does: a word, `forward:QUIT`, or `stop:QUIT`. */
export function parseAction(text: string): SignalAction | undefined {
  const [, withSignal, name = ''] = /^(forward|stop):(.*)$/s.exec(text) ?? [];
  if (withSignal === 'forward' || withSignal === 'stop') {
    const as = parseSignal(name);
    return as === undefined ? undefined : { kind: withSignal, as };
  }
  const kind = ACTIONS.find((word) => word === text);
  return kind === undefined ? undefined : { kind };
}

/** Only these are a source that jobs can wait for. */
export function canBeEvent(signal: HandledSignal): boolean {
  return signal === 'SIGHUP' || signal === 'SIGUSR2';
}
