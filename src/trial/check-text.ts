import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { commandLabel } from '../process/command-line.ts';
import { describeResult } from '../process/result.ts';
import { runCheck } from '../renderer/run-check.ts';
import type { CheckRules } from '../renderer/safety.ts';

/**
 * Lets a command check a text as it would a staged file of this destination, in a temporary folder. Returns why it was refused, with the
 * command's last lines; undefined where it was not.
 */
export async function checkText(
  text: string,
  rules: CheckRules,
  destination: string,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-test-'));
  const path = join(folder, basename(destination));
  const staged = { path, destination: resolve(destination) };
  const never = new AbortController().signal;
  try {
    await writeFile(path, text, { mode: 0o600 });
    const request = { ...staged, rules, files: [staged] };
    const result = await runCheck(request, { environment: process.env, insist: never }, never);
    if (result.outcome === 'ok') return undefined;
    const lines = [describeResult(commandLabel(rules.command), result), ...result.tail];
    // The folder has another name each time.
    return lines.join('\n').replaceAll(`${folder}/`, '');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
