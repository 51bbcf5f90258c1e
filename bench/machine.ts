import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';

import type { Machine } from './results.ts';

/** The machine that this runs on, and the Consul that is measured with. */
export async function findMachine(): Promise<Machine> {
  const { stdout } = await promisify(execFile)(process.env.CONSUL_BIN ?? 'consul', ['version']);
  return {
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version.slice(1),
    consul: stdout.split('\n')[0] ?? '',
  };
}
