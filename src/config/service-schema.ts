import * as v from 'valibot';
import { formatDuration } from '../core/duration.ts';
import {
  command,
  duration,
  flag,
  host,
  interfaceSpecification,
  list,
  map,
  oneOf,
  path,
  port,
  positiveDuration,
  setting,
  tcpAddress,
  text,
  texts,
  webAddress,
} from './schema-words.ts';
import { DEFAULT_INTERFACES, HEALTH_DEFAULTS } from './supervisor-defaults.ts';

/** `jobs[].service`. */
export const serviceSchema = map({
  port: v.pipe(port, v.metadata({ description: 'Required. The port that it is reached at.' })),
  name: setting(text, {
    description: "Default: the job's. `{{ role }}` in it is `leader` or `follower`.",
  }),
  id: setting(text, {
    description: 'Unlike all others of the catalog, and the same after a restart.',
    default: '{{ name }}-{{ hostname }}',
  }),
  interfaces: setting(list(interfaceSpecification, 'a list of interfaces'), {
    description: `Where its address is found: the first that is there counts. Default: ${DEFAULT_INTERFACES.map((one) => `\`${one}\``).join(', ')}.`,
  }),
  address: setting(host, { description: 'Its address, instead of `interfaces`.' }),
  tags: setting(list(text, 'a list of texts'), {
    description: 'Tags in the catalog; `{{ role }}` as in `name`.',
  }),
  meta: setting(texts('map of texts'), { description: 'Metadata in the catalog.' }),
  deregisterAfter: setting(positiveDuration, {
    description:
      'An entry that was critical so long is removed by the catalog itself. Default: ten times the TTL, and one minute at least.',
  }),
  enableTagOverride: setting(flag, {
    description: 'Others may change its tags in the catalog.',
    default: false,
  }),
  initialStatus: setting(oneOf(['passing', 'warning', 'critical']), {
    description:
      'It is registered with this status before its first check. Default: the first passing check registers it.',
  }),
  drain: setting(duration, {
    description: 'Waited between leaving the catalog and the stop signal.',
    default: '0s',
  }),
});

/** `jobs[].health`. */
export const healthSchema = map({
  exec: setting(command, { description: 'Well where this command ends with 0.' }),
  http: setting(webAddress, { description: 'Well where this URL answers with 2xx or 3xx.' }),
  tcp: setting(tcpAddress, {
    description: 'Well where this `host:port`, or the path of a unix socket, takes a connection.',
  }),
  file: setting(path, { description: 'Well where this file exists.' }),
  interval: setting(positiveDuration, {
    description: 'Between two checks.',
    default: formatDuration(HEALTH_DEFAULTS.intervalMs),
  }),
  ttl: setting(positiveDuration, {
    description: `The catalog holds it for critical when it heard nothing for so long. Default: ${HEALTH_DEFAULTS.ttlIntervals} times the interval.`,
  }),
  timeout: setting(positiveDuration, {
    description: 'A check that takes longer is killed, and has failed. Default: the interval.',
  }),
  warningExitCode: setting(
    v.pipe(
      v.number('an exit code from 1 to 255'),
      v.integer('an exit code from 1 to 255'),
      v.minValue(1, 'an exit code from 1 to 255'),
      v.maxValue(255, 'an exit code from 1 to 255'),
    ),
    { description: 'With `exec`: this exit code is a warning, and no failure. Default: none is.' },
  ),
});
