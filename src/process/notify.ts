import { execFile } from 'node:child_process';
import type { Libc } from './libc.ts';

/** What systemd may be told (sd_notify(3)). */
export interface Notice {
  readonly ready?: true;
  readonly reloading?: true;
  readonly stopping?: true;
  readonly status?: string;
  /** For how long, in milliseconds, a start or a stop goes on at least, whatever the unit's own limit is. */
  readonly extendMs?: number;
  readonly watchdog?: true;
}

/** Speaks to the service manager that started us. */
export interface Notifier {
  /** How often the watchdog wants to hear from us; undefined where there is none. */
  readonly watchdogMs: number | undefined;
  /** Tells it something; never throws, and nobody waits for it. */
  notify(notice: Notice): void;
}

/** A notifier, where a service manager wants one: `NOTIFY_SOCKET` is set. Without koffi `systemd-notify` speaks for us. */
export async function createNotifier(
  environment: Readonly<Record<string, string | undefined>>,
  loadLibc: () => Promise<Libc | undefined>,
): Promise<Notifier | undefined> {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC, WATCHDOG_PID } = environment;
  if (socket === undefined || !/^[/@]./.test(socket)) return undefined;
  const libc = await loadLibc();
  const isOurs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  const watchdogMs = isOurs && WATCHDOG_USEC !== undefined ? Number(WATCHDOG_USEC) / 1000 : NaN;
  return {
    watchdogMs: watchdogMs > 0 ? watchdogMs : undefined,
    notify(notice) {
      const lines = linesOf(notice);
      if (libc !== undefined) {
        libc.sendDatagram(socket, lines.join('\n'));
        return;
      }
      execFile(
        'systemd-notify',
        [`--pid=${process.pid}`, ...lines],
        { env: { ...process.env, ...environment } },
        () => undefined,
      );
    },
  };
}

function linesOf(notice: Notice): string[] {
  const { ready, reloading, stopping, status, watchdog, extendMs } = notice;
  const monotonicUs = process.hrtime.bigint() / 1000n;
  return [
    ...(ready === undefined ? [] : ['READY=1']),
    ...(reloading === undefined ? [] : ['RELOADING=1', `MONOTONIC_USEC=${monotonicUs}`]),
    ...(stopping === undefined ? [] : ['STOPPING=1']),
    ...(status === undefined ? [] : [`STATUS=${status.replaceAll('\n', ' ')}`]),
    ...(extendMs === undefined ? [] : [`EXTEND_TIMEOUT_USEC=${Math.ceil(extendMs * 1000)}`]),
    ...(watchdog === undefined ? [] : ['WATCHDOG=1']),
  ];
}
