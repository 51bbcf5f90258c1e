/** The facilities of syslog, by their numbers (https://www.rfc-editor.org/rfc/rfc3164#section-4.1.1). */
export const SYSLOG_FACILITIES = [
  ...(['KERN', 'USER', 'MAIL', 'DAEMON', 'AUTH', 'SYSLOG', 'LPR', 'NEWS', 'UUCP', 'CRON'] as const),
  ...(['AUTHPRIV', 'FTP', 'NTP', 'AUDIT', 'ALERT', 'CLOCK'] as const),
  ...(['LOCAL0', 'LOCAL1', 'LOCAL2', 'LOCAL3', 'LOCAL4', 'LOCAL5', 'LOCAL6', 'LOCAL7'] as const),
] as const;

/** One of {@link SYSLOG_FACILITIES}. */
export type SyslogFacility = (typeof SYSLOG_FACILITIES)[number];

/** The severities that we use, with their numbers. */
const SYSLOG_SEVERITIES = { trace: 7, debug: 7, info: 6, warn: 4, error: 3 } as const;

/** What one message is made of. */
export interface SyslogRecord {
  readonly facility: SyslogFacility;
  readonly severity: keyof typeof SYSLOG_SEVERITIES;
  /** Who says it. */
  readonly name: string;
  readonly pid: number;
  readonly time: Date;
  /** One line. */
  readonly message: string;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The number that a message begins with: facility and severity in one. */
export function syslogPriority({
  facility,
  severity,
}: Pick<SyslogRecord, 'facility' | 'severity'>): number {
  return SYSLOG_FACILITIES.indexOf(facility) * 8 + SYSLOG_SEVERITIES[severity];
}

/** A message as the local socket takes it: RFC 3164 without the host, in local time (https://www.rfc-editor.org/rfc/rfc3164). */
export function syslogMessage(record: SyslogRecord): string {
  const { time, name, pid, message } = record;
  const two = (number: number) => String(number).padStart(2, '0');
  const day = String(time.getDate()).padStart(2, ' ');
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  const stamp = `${MONTHS[time.getMonth()] ?? ''} ${day} ${clock}`;
  return `<${syslogPriority(record)}>${stamp} ${name}[${pid}]: ${message}`;
}
