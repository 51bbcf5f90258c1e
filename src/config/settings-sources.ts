import type { FlagSettings } from './flag-settings.ts';
import type { ConfigSources } from './read-config.ts';

/** All that settings are made of. */
export interface SettingsSources extends ConfigSources {
  readonly flags: FlagSettings;
  /** The main command has neither `supervise` nor `--` before it: only a config of ContainerPilot 2 has one in this way. */
  readonly isBareCommand?: boolean;
}
