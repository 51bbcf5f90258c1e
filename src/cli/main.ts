import { AutotmplError, describeError } from '../core/errors.ts';
import type { EarlySignals } from './early-signals.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { parseCommandLine } from './flags.ts';
import type { Invocation } from './invocation.ts';
import { programName, type Program } from './program-name.ts';
import { run } from './run.ts';

/** A reader that goes away ends us as it ends every other program (128 + SIGPIPE). */
const BROKEN_PIPE = 141;
/** Everything is done by then: whatever still keeps the process alive is a defect that must not hold anybody up. */
const LINGER_MS = 500;
/** Commands that listen to signals themselves; the others end by them, as every program does. */
const LISTENING: ReadonlySet<Invocation['command']> = new Set([
  'explain',
  'lock',
  'record',
  'replay',
  'run',
  'supervise',
]);

/** Does what the command line says, and ends the process with its exit code. */
export function start(early: EarlySignals): void {
  // Whoever listens to signals comes and goes: without any listener, Node answers USR1 by opening a debugger port.
  process.on('SIGUSR1', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? BROKEN_PIPE : EXIT.cannotWrite);
  });
  // Logs that nobody reads any more are no reason to end.
  process.stderr.on('error', () => undefined);

  // Until it is known better: a run that came to no end is no success.
  process.exitCode = EXIT.failed;
  void main(process.argv.slice(2), early).then((exitCode) => {
    process.exitCode = exitCode;
    // Once all that was printed has reached its reader, however slow.
    process.stdout.write('', () => setTimeout(() => process.exit(), LINGER_MS).unref());
  });
}

async function main(argv: readonly string[], early: EarlySignals): Promise<number> {
  const program = programName(process.argv[1]);
  try {
    return await carryOut(parseCommandLine(argv, { program, environment: process.env }), early);
  } catch (error) {
    if (error instanceof AutotmplError) {
      process.stderr.write(complaint(program, describeError(error)));
      return exitCodeOf(error, program);
    }
    process.stderr.write(`autotmpl: this is a defect of autotmpl, please report it\n`);
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return EXIT.failed;
  }
}

/** What ends the program, as those who called it by this name know it. */
function complaint(program: Program, sentence: string): string {
  if (program !== 'consul-template') return `${program}: ${sentence}\n`;
  return `${new Date().toISOString()} [ERR] (cli) ${sentence}\n`;
}

/** One line a command. What runs most often is loaded at once, in as few files as can be; the others load what they need. */
async function carryOut(invocation: Invocation, early: EarlySignals): Promise<number> {
  if (!listens(invocation)) early.letGo();
  switch (invocation.command) {
    case 'help':
      return print((await import('./help.ts')).helpText(invocation.program));
    case 'version':
      return print((await import('./version.ts')).versionText(invocation.program));
    case 'schema':
      return print(await (await import('./schema.ts')).schemaText());
    case 'check':
      return print(await (await import('./check.ts')).check(invocation));
    case 'config':
      return print(await (await import('./config.ts')).showConfig(invocation));
    case 'explain':
      return (await import('./explain.ts')).explain(invocation, early);
    case 'migrate':
      return (await import('./migrate.ts')).migrate(invocation);
    case 'record':
      return (await import('./record.ts')).record(invocation, early);
    case 'replay':
      return (await import('./replay.ts')).replay(invocation, early);
    case 'test':
      return (await import('./test.ts')).test(invocation);
    case 'renderConfig':
      return print(await (await import('./render-config.ts')).renderConfig(invocation));
    case 'control':
      return (await import('./control.ts')).askRunning(invocation, early);
    case 'lock':
      return (await import('./lock.ts')).lock(invocation, early);
    case 'run':
    case 'supervise':
      return run(invocation, early);
  }
}

/** Of the questions to a running program only one takes long enough to be ended. */
function listens(invocation: Invocation): boolean {
  if (invocation.command === 'control') return invocation.asked === 'events';
  return LISTENING.has(invocation.command);
}

function print(text: string): number {
  process.stdout.write(text);
  return EXIT.done;
}
