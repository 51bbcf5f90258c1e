import type * as v from 'valibot';
import { formatDuration } from '../core/duration.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../core/logger.ts';
import { consulSchema } from './consul-schema.ts';
import { DEDUPLICATE_DEFAULTS, DEFAULT_LOG, DEFAULT_QUIET, DEFAULT_STATE } from './defaults.ts';
import { jobsSchema } from './job-schema.ts';
import { logFileSchema, syslogSchema } from './log-schema.ts';
import {
  duration,
  list,
  map,
  oneOf,
  path,
  positiveDuration,
  quietPeriod,
  setting,
  text,
} from './schema-words.ts';
import { nomadSchema, vaultSchema } from './server-schema.ts';
import { STOP_TIMEOUT_MS } from './supervisor-defaults.ts';
import {
  controlSchema,
  electionSchema,
  hooksSchema,
  signalsSchema,
  telemetrySchema,
} from './supervisor-schema.ts';
import { guardSchema } from './safety-schema.ts';
import { templateSchema } from './template-schema.ts';
import { waitForsSchema, watchesSchema } from './watch-schema.ts';

/**
 * The one description of a config of our own: what may be in a document, what it means, and what holds where a key is
 * absent. Types, the JSON Schema and the reference page all come from it. It only checks: a checked document is as its
 * writer wrote it, so that documents merge and print before anything is converted.
 */
export const configSchema = map({
  $schema: setting(text, {
    description: 'Where editors find the JSON Schema; it says nothing to autotmpl.',
  }),
  catalog: setting(
    map({
      consul: setting(consulSchema, {
        description: 'A Consul agent: the catalog where nobody names one.',
      }),
      file: setting(path, {
        description:
          'A YAML or JSON file that is the whole catalog, instead of `consul`; it is watched.',
      }),
      vault: setting(vaultSchema, {
        description:
          'Vault, for `secret`, `secrets` and `pkiCert`: beside the catalog, whichever that is.',
      }),
      nomad: setting(nomadSchema, {
        description:
          'A Nomad agent, for `nomadService` and `nomadVar` and their sisters: beside the catalog.',
      }),
    }),
    {
      description: 'Where facts come from: `consul` or `file`; and `vault` and `nomad` beside it.',
    },
  ),
  wait: setting(quietPeriod, {
    description:
      'Quiet period of all templates: `MIN` or `MIN:MAX`. A template is rendered once MIN has passed without a change, and no later than MAX after the first one. MAX is four times MIN where it is absent.',
    default: DEFAULT_QUIET,
  }),
  deduplicate: setting(
    map({
      prefix: setting(text, {
        description: 'Where in the key-value store the instances meet.',
        default: DEDUPLICATE_DEFAULTS.prefix,
      }),
      ttl: setting(positiveDuration, {
        description:
          'A leader that is silent for this long loses its place; Consul may take up to twice the time. `10s` at least.',
        default: DEDUPLICATE_DEFAULTS.ttl,
      }),
      maxStale: setting(duration, {
        description:
          'Any server may answer what is shared, as long as it is behind by no more; `0s`: the leader of the servers.',
        default: DEDUPLICATE_DEFAULTS.maxStale,
      }),
      wait: setting(positiveDuration, {
        description: 'Longest time that the agent may hold the query for what is shared.',
        default: DEDUPLICATE_DEFAULTS.wait,
      }),
    }),
    {
      description:
        'Of many instances with the same template one asks the catalog, and shares its answers with the others. `{}` is enough.',
    },
  ),
  searchPath: setting(list(path, 'a list of folders'), {
    description:
      "Folders for `include`, `import` and `extends`, searched after the template's own folder. Those of several files add up.",
  }),
  log: setting(
    map({
      level: setting(oneOf(LOG_LEVELS), {
        description: 'The least important level that is still logged.',
        default: DEFAULT_LOG.level,
      }),
      format: setting(oneOf(LOG_FORMATS), {
        description: '`auto` is `pretty` on a terminal and `json` elsewhere.',
        default: DEFAULT_LOG.format,
      }),
      file: setting(logFileSchema, { description: 'A file that the log goes to, too.' }),
      syslog: setting(syslogSchema, {
        description: "This machine's syslog: the log goes there, too.",
      }),
    }),
    { description: 'The log, which goes to standard error.' },
  ),
  state: setting(path, {
    description: `Folder for what is kept over restarts: last good answers and files. Default: \`${DEFAULT_STATE}\` with \`startWith: lastGood\`; without, last good files lie beside their destinations, and answers are not kept.`,
  }),
  startWith: setting(oneOf(['fresh', 'lastGood']), {
    description:
      '`lastGood`: a start while the catalog is away renders from the last good answers, and says so.',
    default: 'fresh',
  }),
  guard: setting(guardSchema, {
    description: 'Guards of all templates; what a template says of the same key is stronger.',
  }),
  templates: setting(list(templateSchema, 'a list of templates'), {
    description: 'The files that are kept true. Those of several config files add up.',
  }),
  jobs: setting(jobsSchema, {
    description: 'The processes that are supervised. Those of several config files add up.',
  }),
  hooks: setting(hooksSchema, { description: 'Commands around the life of the main job.' }),
  waitFor: setting(waitForsSchema, {
    description: 'Services that must be there before anything starts.',
  }),
  watches: setting(watchesSchema, {
    description: 'What jobs and handlers react to. Those of several config files add up.',
  }),
  election: setting(electionSchema, {
    description:
      'Elects one leader of all that name the same key; the source `election` has the events `leader`, `follower` and `lost`.',
  }),
  signals: setting(signalsSchema, {
    description:
      'What signals do where something is supervised: `stop`, `reload`, `maintenance`, `event`, `report`, `reopenLogs`, `ignore`, `forward` or `forward:SIGNAL` to the main job. `-signal HUP=stop` says the same.',
  }),
  stopTimeout: setting(positiveDuration, {
    description: 'The whole stop takes no longer, hooks included.',
    default: formatDuration(STOP_TIMEOUT_MS),
  }),
  control: setting(controlSchema, {
    description: 'The control socket; it is there by itself where something is supervised.',
  }),
  telemetry: setting(telemetrySchema, {
    description: 'Metrics and status for machines; nothing is served without this key.',
  }),
});

/** A config document that was checked. */
export type ConfigContent = v.InferOutput<typeof configSchema>;

/** One entry of `templates`. */
export type TemplateContent = v.InferOutput<typeof templateSchema>;

/** The entry `catalog.consul`. */
export type ConsulContent = v.InferOutput<typeof consulSchema>;

/** One entry of `jobs`. */
export type JobContent = NonNullable<ConfigContent['jobs']>[number];

/** One entry of `watches`. */
export type WatchContent = NonNullable<ConfigContent['watches']>[number];
