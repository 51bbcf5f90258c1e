import { loadSettingsWithOrigins } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import { DEFAULT_SOCKET } from './flag-table.ts';
import type { ControlInvocation } from './invocation.ts';
import { sourcesOf } from './sources.ts';

/**
 * The socket of the program that is asked: the one that is named, else that of the config, else that of `AUTOTMPL_SOCKET`, else the
 * default. Throws an AutotmplError where the config cannot be read, or has none.
 */
export async function controlSocketOf(
  invocation: ControlInvocation,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { socket, configPaths, configText } = invocation;
  if (socket !== undefined) return socket;
  if (configPaths.length === 0 && configText === undefined) {
    const named = environment.AUTOTMPL_SOCKET ?? '';
    return named === '' ? DEFAULT_SOCKET : named;
  }
  const control = await settingsOf(invocation);
  if (control !== undefined) return control.socket;
  throw new AutotmplError(
    'control',
    `${configPaths.join(', ') || 'the config'} has no control socket`,
    {
      advice: 'add control.socket to it, or name the socket with -socket',
    },
  );
}

async function settingsOf(invocation: ControlInvocation): Promise<Settings['control']> {
  try {
    return (await loadSettingsWithOrigins(sourcesOf(invocation))).settings.control;
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    throw new AutotmplError(
      error.code,
      `the config has to be right to find the control socket by it: ${describeError(error)}`,
      { advice: 'name the socket with -socket', cause: error },
    );
  }
}
