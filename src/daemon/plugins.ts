import type { RunPlugin } from '../catalog/local/plugins.ts';
import { captureOutput } from '../process/capture.ts';
import { commandEnvironment } from '../process/environment.ts';
import type { Environment } from './options.ts';

/** consul-template's. */
const PLUGIN_TIMEOUT_MS = 30_000;

/** Runs plugins in the environment that commands have. */
export function pluginRunner(environment: Environment): RunPlugin {
  return (command, signal) =>
    captureOutput(command, {
      env: commandEnvironment(environment, {}),
      timeoutMs: PLUGIN_TIMEOUT_MS,
      signal,
    });
}
