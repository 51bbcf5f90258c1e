import type { GoFunction } from '../gotemplate/values.ts';
import { DEFAULTS } from './defaults.ts';
import { DICTS } from './dicts.ts';
import { DURATIONS } from './durations.ts';
import { ENCODING } from './encoding.ts';
import { LISTS } from './lists.ts';
import { MATH } from './math.ts';
import { PATHS } from './paths.ts';
import { REFLECTION } from './reflection.ts';
import { REGULAR_EXPRESSIONS } from './regular-expressions.ts';
import { STRINGS } from './strings.ts';
import { URLS } from './urls.ts';
import { VERSIONS } from './versions.ts';

/**
 * Sprig's functions (https://masterminds.github.io/sprig/) by the names that consul-template gives them. Those are left out whose
 * result is not the same each time: the time, random numbers, keys and certificates, the network, and the environment.
 */
export const SPRIG_FUNCTIONS: Readonly<Record<string, GoFunction>> = Object.freeze(
  Object.fromEntries(
    Object.entries({
      ...STRINGS,
      ...LISTS,
      ...MATH,
      ...DEFAULTS,
      ...DICTS,
      ...ENCODING,
      ...PATHS,
      ...REFLECTION,
      ...VERSIONS,
      ...REGULAR_EXPRESSIONS,
      ...URLS,
      ...DURATIONS,
    }).map(([name, row]) => [`sprig_${name}`, row]),
  ),
);
