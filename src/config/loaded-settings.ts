import type { Settings } from './settings.ts';

/** Settings, and who said what. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** By path (`catalog.consul.address`, `templates[0].perms`, counted over all sources): a flag, a variable, or a place in a file. What is absent has its default. */
  readonly origins: ReadonlyMap<string, string>;
}
