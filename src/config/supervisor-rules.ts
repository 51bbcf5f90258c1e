import { parseDuration } from '../core/duration.ts';
import { isMap, type DocumentPath } from './document.ts';
import { SIGNAL_SOURCES } from './event-codes.ts';
import { metricNames } from './metric-names.ts';
import { canBeEvent, parseHandled } from './signal-words.ts';

/** Notes a problem at a path. */
export type Report = (path: DocumentPath, message: string, suggestion: string) => void;

type Entry = Readonly<Record<string, unknown>>;

/** What the keys of jobs, watches, signals and the rest have to do with each other. Looks at raw documents. */
export function checkSupervisorRules(content: Entry, report: Report): void {
  const { jobs, watches, signals, election, telemetry } = content;
  eachMap(jobs, ['jobs'], (job, path) => checkJob(job, path, report));
  eachMap(watches, ['watches'], (watch, path) => checkWatch(watch, path, report));
  if (isMap(signals)) checkSignals(signals, report);
  if (isMap(election)) checkElection(election, report);
  if (isMap(telemetry)) checkTelemetry(telemetry, report);
}

function checkTelemetry({ register, listen, sensors }: Entry, report: Report): void {
  if (register === true && /:0+$/.test(String(listen))) {
    const why = 'a port that is chosen at the start cannot be registered';
    report(['telemetry', 'listen'], why, 'name a port, or leave register out');
  }
  checkSensors(sensors, report);
}

function checkSensors(sensors: unknown, report: Report): void {
  const complaintOf = metricNames();
  eachMap(sensors, ['telemetry', 'sensors'], (sensor, path) => {
    if ('exec' in sensor && !('interval' in sensor)) {
      report([...path, 'exec'], 'a command needs an interval', 'add interval: "10s"');
    }
    const complaint = typeof sensor.name === 'string' ? complaintOf(sensor) : undefined;
    if (complaint !== undefined) report([...path, 'name'], complaint, 'give it another name');
  });
}

function eachMap(
  list: unknown,
  path: DocumentPath,
  check: (entry: Entry, path: DocumentPath) => void,
): void {
  if (!Array.isArray(list)) return;
  for (const [index, entry] of list.entries()) if (isMap(entry)) check(entry, [...path, index]);
}

function given(entry: Entry, keys: readonly string[]): string[] {
  return keys.filter((key) => key in entry);
}

function requireOne(
  entry: Entry,
  keys: readonly string[],
  path: DocumentPath,
  report: Report,
): void {
  const found = given(entry, keys);
  if (found.length === 1) return;
  const choice = `${keys.slice(0, -1).join(', ')} and ${keys.at(-1)}`;
  const message = `expected exactly one of ${choice}, found ${found.join(' and ') || 'none'}`;
  report(path, message, 'keep one of them');
}

function checkJob(job: Entry, path: DocumentPath, report: Report): void {
  const { when, health, service } = job;
  if (job.main === true && job.coprocess === true) {
    report([...path, 'coprocess'], 'a job is the main one or a coprocess', 'remove one of them');
  }
  if (job.main !== true && given(job, ['exec', 'service', 'health']).length === 0) {
    report(path, 'it runs nothing, checks nothing and advertises nothing', 'add exec, or service');
  }
  if (isMap(when)) checkWhen(when, [...path, 'when'], report);
  if (isMap(service) && 'interfaces' in service && 'address' in service) {
    report(
      [...path, 'service', 'address'],
      'expected one of interfaces and address, found both',
      'remove one of them',
    );
  }
  if (isMap(health)) checkHealth(health, [...path, 'health'], report);
}

function checkWhen(when: Entry, path: DocumentPath, report: Report): void {
  const modes = given(when, ['interval', 'once', 'each']);
  const isSignal = SIGNAL_SOURCES.some((signal) => signal === when.source);
  if (modes.length > 1) {
    report(
      path,
      `expected one of interval, once and each, found ${modes.join(' and ')}`,
      'keep one of them',
    );
  } else if (modes.length === 0 && !isSignal) {
    report(path, 'expected one of interval, once and each, found none', 'say when the job starts');
  }
  if ('interval' in when && 'source' in when) {
    report([...path, 'source'], 'an interval has no source', 'remove one of them');
  }
  if ('first' in when && !('interval' in when)) {
    report([...path, 'first'], 'first belongs to an interval', 'remove it');
  }
  if (given(when, ['once', 'each']).length > 0 && !('source' in when)) {
    report(
      path,
      'an event needs its source',
      'add source: the name of a job, watch.NAME, renderer, …',
    );
  }
}

function checkHealth(health: Entry, path: DocumentPath, report: Report): void {
  requireOne(health, ['exec', 'http', 'tcp', 'file'], path, report);
  if ('warningExitCode' in health && !('exec' in health)) {
    report([...path, 'warningExitCode'], 'warningExitCode belongs to exec', 'remove it');
  }
  const { interval, ttl } = health;
  const [intervalMs, ttlMs] = [interval ?? '10s', ttl].map((text) =>
    typeof text === 'string' ? parseDuration(text) : undefined,
  );
  if (intervalMs !== undefined && ttlMs !== undefined && ttlMs <= intervalMs) {
    report(
      [...path, 'ttl'],
      'the TTL has to be longer than the interval, or it passes between two checks',
      'leave it out: 2.5 intervals',
    );
  }
}

function checkWatch(watch: Entry, path: DocumentPath, report: Report): void {
  requireOne(watch, ['service', 'key', 'prefix', 'files'], path, report);
  for (const key of given(watch, ['tag', 'compare'])) {
    if (!('service' in watch)) report([...path, key], `${key} belongs to a service`, 'remove it');
  }
  if ('dc' in watch && 'files' in watch) {
    report([...path, 'dc'], 'files have no datacenter', 'remove it');
  }
  if ('group' in watch && !('onChange' in watch)) {
    report([...path, 'group'], 'group belongs to onChange', 'add onChange');
  }
  const { onChange } = watch;
  if (!isMap(onChange)) return;
  const at = [...path, 'onChange'];
  requireOne(onChange, ['exec', 'signal', 'restart', 'render'], at, report);
  if ('job' in onChange && !('signal' in onChange)) {
    report([...at, 'job'], 'job belongs to signal', 'remove it');
  }
  if ('timeout' in onChange && !('exec' in onChange)) {
    report([...at, 'timeout'], 'timeout belongs to exec', 'remove it');
  }
}

function checkSignals(signals: Entry, report: Report): void {
  for (const [name, action] of Object.entries(signals)) {
    const signal = parseHandled(name);
    if (action === 'event' && signal !== undefined && !canBeEvent(signal)) {
      report(['signals', name], 'only HUP and USR2 are events', 'use another word');
    }
  }
}

const TTL_LEAST_MS = 10_000;
const TTL_MOST_MS = 24 * 3_600_000;

/** Consul's limits of a session. */
function checkElection({ ttl, lockDelay }: Entry, report: Report): void {
  const ttlMs = typeof ttl === 'string' ? parseDuration(ttl) : undefined;
  if (ttlMs !== undefined && (ttlMs < TTL_LEAST_MS || ttlMs > TTL_MOST_MS)) {
    report(['election', 'ttl'], 'expected 10s to 24h', 'Consul takes no other');
  }
  const delayMs = typeof lockDelay === 'string' ? parseDuration(lockDelay) : undefined;
  if (delayMs !== undefined && delayMs > 60_000) {
    report(['election', 'lockDelay'], 'expected 60s at most', 'Consul takes no more');
  }
}
