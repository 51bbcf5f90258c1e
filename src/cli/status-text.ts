import type {
  CommandStatus,
  JobStatus,
  ServiceStatus,
  TargetStatus,
  WatchStatus,
} from '../control/controlled.ts';
import type { StatusReport } from '../control/status-report.ts';
import { formatDuration } from '../core/duration.ts';
import { printable } from './printable.ts';
import { cut, table, WIDTH } from './table.ts';

/** How a program stands, for people: a table for each kind of thing, no line longer than 80 columns. */
export function statusText(report: StatusReport, nowMs: number): string {
  const { queries } = report;
  const { fresh, held, suspect, unanswered } = queries;
  const watched = fresh + held + suspect + unanswered;
  const sections = [
    head(report, nowMs),
    table(
      ['JOB', 'STATE', 'HEALTH', 'PID', 'RESTARTS', ''],
      report.jobs.map((job) => jobCells(job, nowMs)),
    ),
    table(['SERVICE', 'HEALTH', 'CATALOG', 'ADDRESS'], report.services.map(serviceCells)),
    table(['WATCH', 'HEALTH', 'INSTANCES'], report.watches.map(watchCells)),
    table(
      ['STATE', 'FILE'],
      report.targets.flatMap((target) => targetCells(target, nowMs)),
    ),
    table(['STATE', 'COMMAND'], report.commands.flatMap(commandCells)),
    table(
      ['GUARD', 'LOOKED', 'OBJECTED', 'LAST', 'FILE'],
      report.targets.flatMap((target) => guardCells(target, nowMs)),
    ),
    watched === 0
      ? []
      : [
          `queries: ${fresh} fresh, ${held} held, ${suspect} suspect, ${unanswered} unanswered`,
          ...connectionLines(report),
        ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function connectionLines({ connections }: StatusReport): string[] {
  if (connections === undefined) return [];
  const { server, protocol, sockets, maxSockets, granted, exchanges, visited, collapsed } =
    connections;
  const { keys = 0, groups = 0 } = collapsed ?? {};
  const { inRounds = 0, whenRung = 0 } = visited ?? {};
  return [
    `connections to ${server}: ${sockets} of at most ${maxSockets}, ${exchanges} requests under way (${protocol})`,
    ...(granted === undefined
      ? []
      : [`granted by ${server}: ${granted}; it closed a further one at once`]),
    ...(keys === 0
      ? []
      : [`keys that are read together: ${keys}, by ${groups} watches of prefixes`]),
    ...(inRounds === 0 ? [] : [`read every few seconds: ${inRounds}`]),
    ...(whenRung === 0 ? [] : [`services that are read when something changes: ${whenRung}`]),
  ];
}

function head(report: StatusReport, nowMs: number): string[] {
  const { version, pid, startedAt, ready, notReady, maintenance, role } = report;
  const since = formatDuration(Math.max(0, nowMs - startedAt));
  const extra = `${role === undefined ? '' : `, ${role}`}${maintenance === true ? ', in maintenance' : ''}`;
  return [
    `autotmpl ${version}, pid ${pid}, runs for ${since}: ${ready ? 'ready' : 'not ready'}${extra}`,
    ...notReady.map((reason) => cut(`  ${printable(reason)}`, WIDTH)),
  ];
}

function jobCells(job: JobStatus, nowMs: number): string[] {
  const { name, state, status, pid, restarts } = job;
  const health = job.hasCheck || status === 'maintenance' ? status : '-';
  return [name, state, health, pid?.toString() ?? '-', String(restarts), note(job, nowMs)];
}

/** What is worth knowing most: why it is not well, else since when it runs. */
function note(
  { status, lastCheck, waitingFor, startedAt, pid, lastEnd }: JobStatus,
  nowMs: number,
) {
  if (status === 'unhealthy' && lastCheck !== undefined) {
    return `${lastCheck.status}: ${lastCheck.output.trim()}`;
  }
  if (pid !== undefined && startedAt !== undefined) {
    return `runs for ${formatDuration(Math.max(0, nowMs - startedAt))}`;
  }
  return waitingFor ?? lastEnd ?? '';
}

function serviceCells({ id, status, registered, address, port }: ServiceStatus): string[] {
  const where = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return [id, status, registered ? 'registered' : 'absent', where];
}

function watchCells({ name, status, instances }: WatchStatus): string[] {
  return [name, status, instances?.toString() ?? '-'];
}

/** The name comes last, where there is the most room, and what is wrong with it below. */
function targetCells(
  { label, state, reason, heldBy, heldSince, driftedSince, keptFrom }: TargetStatus,
  nowMs: number,
): string[][] {
  const holder =
    heldBy === undefined || heldSince === undefined
      ? []
      : [`by a ${heldBy} for ${ago(heldSince, nowMs)}`];
  const drift =
    driftedSince === undefined ? [] : [`changed by somebody else, ${ago(driftedSince, nowMs)} ago`];
  const kept =
    keptFrom === undefined ? [] : [`degraded: of kept answers, ${ago(keptFrom, nowMs)} old`];
  const notes = [...holder, ...(reason === undefined ? [] : [reason]), ...kept, ...drift];
  return [[state, label], ...notes.map((note) => ['', note])];
}

function commandCells({ command, state, reason }: CommandStatus): string[][] {
  return [[state, command], ...(reason === undefined ? [] : [['', reason]])];
}

/** One that never looked guards nothing. */
function guardCells({ label, guards = [] }: TargetStatus, nowMs: number): string[][] {
  return guards.map(({ guard, evaluated, objections, lastObjection }) => [
    guard,
    String(evaluated),
    String(objections),
    lastObjection === undefined ? '-' : `${ago(lastObjection, nowMs)} ago`,
    label,
  ]);
}

function ago(atMs: number, nowMs: number): string {
  return formatDuration(Math.max(0, nowMs - atMs));
}
