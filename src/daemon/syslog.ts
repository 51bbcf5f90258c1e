import { loadLibc } from '../process/libc.ts';
import { createSyslog, type Syslog, type SyslogOptions } from '../process/syslog.ts';

/** The syslog of this machine, for those above who know no processes. */
export async function openSyslog(
  options: Pick<SyslogOptions, 'facility' | 'name' | 'complain'>,
): Promise<Syslog> {
  return createSyslog({ ...options, loadLibc });
}
