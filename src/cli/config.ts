import { loadSettingsWithOrigins } from '../config/load.ts';
import { describeSettings } from '../config/origins.ts';
import type { SettingsInvocation } from './invocation.ts';
import { sourcesOf } from './sources.ts';

/** The settings as they came out, each with its origin, secrets masked. */
export async function showConfig(invocation: SettingsInvocation): Promise<string> {
  return describeSettings(await loadSettingsWithOrigins(sourcesOf(invocation)));
}
