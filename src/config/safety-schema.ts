import * as v from 'valibot';
import type { TextFormat } from '../output/format/format.ts';
import { parseBudget } from './budget-text.ts';
import { SAFETY_DEFAULTS } from './defaults.ts';
import {
  command,
  count,
  duration,
  list,
  map,
  oneOf,
  positiveDuration,
  setting,
  tcpAddress,
  text,
  webAddress,
} from './schema-words.ts';

const TEXT_FORMATS = [
  'json',
  'yaml',
  'toml',
  'ini',
  'xml',
  'nginx',
] as const satisfies readonly TextFormat[];

/** One for all, or one for each name. */
function byName<Item extends v.GenericSchema>(item: Item, form: string) {
  return v.pipe(v.union([item, v.record(v.string(), item)], form), v.metadata({ kind: form }));
}

const LEAST = 'a whole number of at least 1, or a map of them by service or key prefix';
const PERCENT_FORM = 'a number from 0 to 100';
const PERCENT = `${PERCENT_FORM}, or a map of them by service or key prefix`;
const ABSENCE = 'a duration such as "10s", or a map of them by service or key prefix';
const BUDGET_FORM = 'a number of changes and a time, such as "10/1h"';

const percent = v.pipe(
  v.number(PERCENT_FORM),
  v.minValue(0, PERCENT_FORM),
  v.maxValue(100, PERCENT_FORM),
);

const budget = v.pipe(
  v.string(BUDGET_FORM),
  v.check((written) => parseBudget(written) !== undefined, BUDGET_FORM),
  v.metadata({ kind: 'budget' }),
);

/** `guard`: what the data must be like. */
export const guardSchema = map({
  neverEmpty: setting(list(text, 'a list of services or key prefixes'), {
    description: 'Services or key prefixes that never have nothing.',
  }),
  minInstances: setting(byName(count, LEAST), {
    description: 'The least number of instances or keys: one for all, or by service or key prefix.',
  }),
  maxRemovedPercent: setting(byName(percent, PERCENT), {
    description:
      'How much of what the file was made of may go at once: one for all, or by service or key prefix; `*` in a map is all others.',
  }),
  removeAfter: setting(byName(duration, ABSENCE), {
    description:
      'An instance or key that is gone counts as there for so long; what is new counts at once.',
  }),
  maxChanges: setting(budget, {
    description:
      'So many changes of the file within a time, such as `10/1h`; later ones wait, and the last is never lost.',
  }),
  holdFor: setting(positiveDuration, {
    description:
      'A guard that objects gives in after so long. Default: never; the data comes back, or somebody releases it.',
  }),
});

const probeSchema = map({
  http: setting(webAddress, { description: 'A request that is answered with 2xx.' }),
  tcp: setting(tcpAddress, { description: 'A connection that is accepted.' }),
  command: setting(command, { description: 'A command that ends with 0.' }),
  exec: setting(command, { description: 'The same as `command`, in the word of `health`.' }),
  within: setting(positiveDuration, {
    description: 'It is tried for so long after the command.',
    default: SAFETY_DEFAULTS.probeWithin,
  }),
});

const rollingSchema = map({
  lock: v.pipe(
    text,
    v.metadata({ description: 'Required. Key of the catalog that the hosts meet at.' }),
  ),
  limit: setting(count, {
    description: 'So many hosts reload at a time.',
    default: SAFETY_DEFAULTS.rolling.limit,
  }),
  splay: setting(duration, {
    description: 'A random part of this is waited before.',
    default: SAFETY_DEFAULTS.rolling.splay,
  }),
  without: setting(oneOf(['wait', 'go']), {
    description: 'While the catalog is away: wait for it, or reload all the same.',
    default: SAFETY_DEFAULTS.rolling.without,
  }),
});

/** Keys of `templates[]` that keep its file safe. */
export const safetyEntries = {
  format: setting(oneOf(TEXT_FORMATS), {
    description: 'The text must have this structure, or the file is not replaced.',
  }),
  check: setting(command, {
    description:
      'Runs on the staged file before it is put in place: `{{ staged }}` in it is the path, as is the variable `AUTOTMPL_STAGED`. Where it fails, the old file stays.',
  }),
  checkTimeout: setting(positiveDuration, {
    description: 'A check that runs longer is ended, and counts as failed.',
    default: SAFETY_DEFAULTS.checkTimeout,
  }),
  probe: setting(probeSchema, {
    description:
      'Tells whether the program works with its new file, by exactly one of `http`, `tcp` and `command`.',
  }),
  onFailure: setting(oneOf(['keep', 'rollback', 'exit']), {
    description:
      'Where the command or the probe fails: `keep` tries again, `rollback` puts the last good file back and reloads again, `exit` ends the program.',
    default: SAFETY_DEFAULTS.onFailure,
  }),
  fileGroup: setting(text, {
    description: 'Templates of one group are replaced all together or not at all.',
  }),
  onDrift: setting(oneOf(['report', 'restore', 'ignore']), {
    description: 'What to do where somebody else changes or deletes the file.',
    default: SAFETY_DEFAULTS.onDrift,
  }),
  reload: setting(rollingSchema, {
    description: 'Has only so many hosts run their command at a time.',
  }),
  guard: setting(guardSchema, {
    description: 'What the data must be like for the file to be replaced.',
  }),
};

/** An entry `guard`. */
export type GuardContent = v.InferOutput<typeof guardSchema>;
