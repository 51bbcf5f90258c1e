import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { captureOutput } from '../process/capture.ts';
import type { CommandLine } from '../process/command-line.ts';
import { commandEnvironment } from '../process/environment.ts';

/** How long a check may take. */
const TIMEOUT_MS = 30_000;
const STAGED = /\{\{\s*staged\s*\}\}/g;

/** Lets a command check a text, in a temporary file of this name. Returns why it was refused; undefined where it was not. */
export async function checkText(
  text: string,
  command: CommandLine,
  name: string,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-test-'));
  try {
    const staged = join(folder, basename(name));
    await writeFile(staged, text, { mode: 0o600 });
    const words =
      typeof command === 'string'
        ? ['/bin/sh', '-c', command.replace(STAGED, staged)]
        : command.map((word) => word.replace(STAGED, staged));
    const captured = await captureOutput(words as [string, ...string[]], {
      env: commandEnvironment(process.env, { AUTOTMPL_STAGED: staged }),
      timeoutMs: TIMEOUT_MS,
      signal: new AbortController().signal,
    });
    return 'failure' in captured ? captured.failure.replaceAll(folder, '') : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
