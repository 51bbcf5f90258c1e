import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAutotmpl, type LogLine, type Program, type ProgramOptions } from './autotmpl.ts';
import { processesWith } from './process-facts.ts';
import { waitUntil } from './wait-until.ts';

/** A folder of a test's own and the programs that work in it. `close` leaves nothing of either. */
export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'autotmpl-scene-'));
  /** In the environment of the programs that are started here, and of whatever they start. */
  readonly #mark = randomUUID();
  readonly #programs: Program[] = [];

  at(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.at(name), text);
  }

  read(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }

  exists(name: string): boolean {
    return existsSync(this.at(name));
  }

  remove(name: string): void {
    rmSync(this.at(name));
  }

  /** Names in a folder of the scene, sorted. */
  names(folder = '.'): string[] {
    return readdirSync(this.at(folder)).sort();
  }

  /** Changes whenever the file is replaced or written, even with the same text. */
  stamp(name: string): string {
    const { ino, mtimeMs, size } = statSync(this.at(name));
    return `${ino} ${mtimeMs} ${size}`;
  }

  /** Resolves once the condition is true; else it throws with the end of the last program's log. */
  async until(what: string, condition: () => boolean, timeoutMs = 30_000): Promise<void> {
    try {
      await waitUntil(condition, { timeoutMs, what });
    } catch (error) {
      const log = this.#programs.at(-1)?.stderr.slice(-4000) ?? '';
      throw new Error(`${(error as Error).message}\nThe log ends:\n${log}`, { cause: error });
    }
  }

  /** Resolves once the file has this text. */
  async untilText(name: string, text: string, timeoutMs?: number): Promise<void> {
    const found = () => (this.exists(name) ? this.read(name) : '');
    await this.until(`${name} to hold ${text.slice(0, 100)}`, () => found() === text, timeoutMs);
  }

  /** Writes the config, unless the one that stands is meant, and starts the program on it, to run until it is told to stop. */
  start(config: Readonly<Record<string, unknown>> | undefined, options: ProgramOptions = {}) {
    if (config !== undefined) this.write('autotmpl.json', JSON.stringify(config));
    return this.startWith(['-config', 'autotmpl.json', '-log-format', 'json'], options);
  }

  /** Starts the program with these arguments. */
  startWith(args: readonly string[], options: ProgramOptions = {}): Program {
    const program = startAutotmpl(args, {
      cwd: this.folder,
      ...options,
      env: { ...options.env, AUTOTMPL_TEST: this.#mark },
    });
    this.#programs.push(program);
    return program;
  }

  /** Processes of this scene that run now. */
  processes(): number[] {
    return processesWith(`AUTOTMPL_TEST=${this.#mark}`);
  }

  /** Ends all that runs, gently first, and removes the folder. */
  async close(): Promise<void> {
    await Promise.all(
      this.#programs.map(async (program) => (program.isRunning ? program.stop() : program.ended)),
    );
    for (const pid of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the program has logged so far. */
export function logLines(program: Program): readonly LogLine[] {
  return program.logLines;
}

/** The messages that match, oldest first. */
export function messages(program: Program, pattern: RegExp): string[] {
  return logLines(program)
    .map(({ message }) => message)
    .filter((message) => pattern.test(message));
}
