import { askControl, followControl } from '../control/client.ts';
import type { StatusReport } from '../control/status-report.ts';
import { controlSocketOf } from './control-place.ts';
import { askingOf } from './control-requests.ts';
import type { EarlySignals } from './early-signals.ts';
import { eventLine } from './event-line.ts';
import { EXIT } from './exit-codes.ts';
import type { ControlInvocation } from './invocation.ts';
import { statusText } from './status-text.ts';
import { stopSignal } from './stop-signal.ts';

/** Asks a running program, and prints what it answers; returns the exit code. */
export async function askRunning(
  invocation: ControlInvocation,
  early: EarlySignals,
): Promise<number> {
  const { asked, words, format } = invocation;
  if (asked === 'events') return follow(invocation, early);
  // Words that mean nothing are wrong whether or not anybody listens.
  const { request, done } = askingOf(asked, words);
  const socket = await controlSocketOf(invocation, process.env);
  const { text } = await askControl(socket, request);
  if (format === 'json') process.stdout.write(asked === 'ping' ? '{"ok":true}\n' : text);
  else if (typeof done === 'string') process.stdout.write(`${done}\n`);
  else if (done !== undefined) process.stdout.write(`${done(JSON.parse(text))}\n`);
  else process.stdout.write(statusText(JSON.parse(text) as StatusReport, Date.now()));
  return EXIT.done;
}

/** Until the program ends, or the one who asks has seen enough. */
async function follow(invocation: ControlInvocation, early: EarlySignals): Promise<number> {
  const socket = await controlSocketOf(invocation, process.env);
  const show = invocation.format === 'json' ? (line: string) => line : eventLine;
  await followControl(
    socket,
    '/v1/events',
    (line) => process.stdout.write(`${show(line)}\n`),
    stopSignal(early),
  );
  return EXIT.done;
}
