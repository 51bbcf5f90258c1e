import { nearest } from '../../core/nearest.ts';
import type { EventCode } from '../../supervisor/happening.ts';
import type { JobStart } from '../../supervisor/settings.ts';
import { CONTAINERPILOT_CODES, GLOBAL_CODES, SIGNAL_SOURCES } from '../event-codes.ts';
import type { Fields } from './fields.ts';
import type { Source } from './source.ts';

const AT_ONCE: JobStart = { kind: 'startup' };

/** `when` of a job of ContainerPilot 3. */
export function jobStart(source: Source, fields: Fields, name: string): JobStart {
  const when = fields.section('when');
  if (when === undefined) return AT_ONCE;
  const intervalMs = when.duration('interval');
  const [from, once, each] = [when.text('source') ?? '', when.text('once'), when.text('each')];
  const timeoutMs = when.duration('timeout') ?? 0;
  const isInterval = when.raw('interval') !== undefined;
  const given = [isInterval || undefined, once || undefined, each || undefined];
  if (given.filter((value) => value !== undefined).length > 1) {
    fields.fail('when', `job[${name}].when can have only one of 'interval', 'once', or 'each'`);
  }
  when.close();
  if (isInterval) return interval(when, intervalMs, name);
  const waits = timeoutMs > 0 ? { timeoutMs } : {};
  const signal = SIGNAL_SOURCES.find((known) => known === from);
  if (signal !== undefined) {
    return { kind: 'event', source: signal, code: signal, mode: 'each', ...waits };
  }
  if (!once && !each) {
    if (from !== '')
      fields.fail('when', `job[${name}].when has a source and neither 'once' nor 'each'`);
    return AT_ONCE;
  }
  const code = eventCode(when, once ? 'once' : 'each', name);
  if (code === undefined) return AT_ONCE;
  const isGlobal = GLOBAL_CODES.includes(code);
  if (isGlobal && from !== '' && from !== 'global') {
    source.warn(
      when.pathOf('source'),
      `${code} comes from the source global, and never from ${from}`,
    );
  }
  if (!isGlobal && from === '') {
    when.fail('source', `job[${name}].when.source must be set: whose ${code}?`);
  }
  const whose = isGlobal && from === '' ? 'global' : from;
  return { kind: 'event', source: whose, code, mode: once ? 'once' : 'each', ...waits };
}

function interval(when: Fields, intervalMs: number | undefined, name: string): JobStart {
  if (intervalMs !== undefined && intervalMs < 1) {
    when.fail('interval', `job[${name}].when.interval '${intervalMs}ms' cannot be less than 1ms`);
  }
  return { kind: 'interval', intervalMs: intervalMs ?? 1, first: 'now' };
}

function eventCode(when: Fields, key: 'once' | 'each', name: string): EventCode | undefined {
  const written = when.text(key) ?? '';
  const code = CONTAINERPILOT_CODES.find((known) => known === written);
  if (code !== undefined) return code;
  const close = nearest(written, CONTAINERPILOT_CODES);
  return when.fail(
    key,
    `unable to parse job[${name}].when.event: ${written} is not a valid event code`,
    close === undefined
      ? `use one of ${CONTAINERPILOT_CODES.join(', ')}`
      : `did you mean ${close}?`,
  );
}
