import { basename } from 'node:path';
import type { CommandResult } from '../../src/process/result.ts';
import type { RunCheck } from '../../src/renderer/run-check.ts';

/** How a command ends that has nothing to complain of. */
export const PASSED: CommandResult = {
  outcome: 'ok',
  exitCode: 0,
  durationMs: 1,
  tail: [],
  droppedLines: 0,
};

/** Checks that end when a test says so, or when they are told to stop. */
export class ScriptedChecks {
  /** Of which files checks were made, in order. */
  readonly made: string[] = [];
  readonly #underWay = new Map<string, (result: CommandResult) => void>();

  readonly run: RunCheck = ({ destination }, signal) => {
    const name = basename(destination);
    this.made.push(name);
    return new Promise((resolve) => {
      const end = (result: CommandResult): void => {
        this.#underWay.delete(name);
        resolve(result);
      };
      this.#underWay.set(name, end);
      signal.addEventListener('abort', () => end({ ...PASSED, outcome: 'aborted' }));
    });
  };

  isUnderWay(name: string): boolean {
    return this.#underWay.has(name);
  }

  pass(name: string): void {
    this.#end(name, PASSED);
  }

  fail(name: string): void {
    this.#end(name, { ...PASSED, outcome: 'failed', exitCode: 1, tail: ['no good'] });
  }

  #end(name: string, result: CommandResult): void {
    const end = this.#underWay.get(name);
    if (end === undefined) throw new Error(`no check of ${name} is under way`);
    end(result);
  }
}
