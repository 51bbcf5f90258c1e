import { spawn } from 'node:child_process';
import type { Libc } from './libc.ts';
import {
  syslogMessage,
  syslogPriority,
  type SyslogFacility,
  type SyslogRecord,
} from './syslog-message.ts';

/** Speaks to the syslog of this machine. */
export interface Syslog {
  /** Sends one line; never throws, and nobody waits for it. */
  write(severity: SyslogRecord['severity'], message: string): void;
}

/** What a syslog is made with. */
export interface SyslogOptions {
  readonly facility: SyslogFacility;
  /** Who we are there. */
  readonly name: string;
  readonly loadLibc: () => Promise<Libc | undefined>;
  /** Hears, once, that lines are lost. */
  readonly complain: (sentence: string) => void;
  /** The socket of the machine's syslog; another in tests. */
  readonly socket?: string;
}

/**
 * Sends datagrams to `/dev/log`, which Node alone cannot: by koffi, or else through one `logger` that runs for as long as we do
 * (https://man7.org/linux/man-pages/man1/logger.1.html).
 */
export async function createSyslog(options: SyslogOptions): Promise<Syslog> {
  const { facility, name, socket = '/dev/log', loadLibc } = options;
  const complain = once(options.complain);
  const libc = await loadLibc();
  if (libc === undefined) return loggerChild(options, complain);
  return {
    write(severity, message) {
      const { pid } = process;
      const text = syslogMessage({ facility, severity, name, pid, time: new Date(), message });
      if (libc.sendDatagram(socket, text)) return;
      complain(`syslog loses lines: nobody listens at ${socket}, or a line is too long`);
    },
  };
}

function loggerChild(
  { facility, name, socket }: SyslogOptions,
  complain: (sentence: string) => void,
): Syslog {
  const words = ['--prio-prefix', `--id=${process.pid}`, '--tag', name];
  const child = spawn('logger', socket === undefined ? words : [...words, '--socket', socket], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const lose = (): void =>
    complain('syslog loses lines: neither koffi nor a logger that works is there');
  child.on('error', lose);
  child.on('exit', lose);
  child.stdin.on('error', lose);
  // It ends when we do and its input closes; neither keeps us alive.
  child.unref();
  return {
    write(severity, message) {
      child.stdin.write(`<${syslogPriority({ facility, severity })}>${message}\n`);
    },
  };
}

function once(tell: (sentence: string) => void): (sentence: string) => void {
  let told = false;
  return (sentence) => {
    if (told) return;
    told = true;
    tell(sentence);
  };
}
