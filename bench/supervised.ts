import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Setting } from './scenarios/setting.ts';

/** A command with its arguments. */
export type Command = readonly [string, ...string[]];

/**
 * Writes a config of these jobs for a supervisor at the scenario's agent, and gives the command that runs it. `name` is of the
 * config and of its control socket.
 */
export async function supervise(
  { root, origin, workspace }: Setting,
  name: string,
  jobs: readonly Readonly<Record<string, unknown>>[],
): Promise<Command> {
  const file = workspace.at(`${name}.json`);
  const config = {
    catalog: { consul: { address: origin } },
    control: { socket: workspace.at(`${name}.sock`) },
    jobs,
  };
  await writeFile(file, JSON.stringify(config));
  return [process.execPath, join(root, 'bin/autotmpl.js'), 'supervise', '-config', file];
}
