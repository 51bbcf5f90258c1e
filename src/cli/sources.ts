import type { SettingsSources } from '../config/settings-sources.ts';
import type { Invocation } from './flags.ts';

/** A command that works with settings. */
export type SettingsInvocation = Extract<
  Invocation,
  { readonly command: 'run' | 'check' | 'config' }
>;

/** What this invocation's settings are made of. */
export function sourcesOf({ configPaths, flags }: SettingsInvocation): SettingsSources {
  return { configPaths, flags, environment: process.env, cwd: process.cwd() };
}
