import type { SettingsSources } from '../config/settings-sources.ts';
import type { SettingsRequest } from './invocation.ts';

/** What this invocation's settings are made of. */
export function sourcesOf(request: SettingsRequest): SettingsSources {
  const { configPaths, configText, dialect, likely, flags, mainCommand, isBareCommand } = request;
  return {
    configPaths,
    ...(configText !== undefined && { configText }),
    ...(dialect !== undefined && { dialect }),
    ...(likely !== undefined && { likely }),
    ...(mainCommand !== undefined && { mainCommand }),
    ...(isBareCommand !== undefined && { isBareCommand }),
    flags,
    environment: process.env,
    cwd: process.cwd(),
  };
}
