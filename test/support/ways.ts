import type { Program, ProgramEnd } from './autotmpl.ts';
import { childrenOf } from './process-facts.ts';
import { waitUntil } from './wait-until.ts';

/** A way in which schedulers start a program. */
export interface Way {
  readonly name: string;
  /** What it is started under; empty: nothing, and it is the test's own child. */
  readonly under: readonly string[];
}

export const WAYS: readonly Way[] = [
  { name: 'as a process among others', under: [] },
  // Two commands, or the shell would make itself the program.
  { name: 'as a child of sh -c', under: ['sh', '-c', '"$@"; exit $?', 'sh'] },
  {
    name: 'as process 1',
    under: ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'],
  },
];

/** The program itself, behind what it was started under. */
export async function ownPid(program: Program, { under }: Way): Promise<number> {
  if (under.length === 0) return program.pid;
  await waitUntil(() => childrenOf(program.pid).length > 0, { what: 'the program to be started' });
  return childrenOf(program.pid)[0] ?? 0;
}

/** Signals the program itself. */
export async function signalIt(program: Program, way: Way, signal: NodeJS.Signals): Promise<void> {
  process.kill(await ownPid(program, way), signal);
}

/** Ends the program in order. */
export async function stopIt(program: Program, way: Way): Promise<ProgramEnd> {
  if (program.isRunning) await signalIt(program, way, 'SIGTERM');
  return program.ended;
}
