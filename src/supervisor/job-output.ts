import type { JobSettings } from './settings.ts';
import type { TakeLine } from '../process/long-process.ts';

/** Where lines go. Both return false while they cannot take more, as streams do. */
export interface OutputSink {
  readonly stdout: (text: string) => boolean;
  readonly stderr: (text: string) => boolean;
  /** How much was written and not taken yet, in bytes. */
  readonly pendingBytes: () => number;
}

/** Beyond this, lines are dropped until there is room: neither the job nor our memory pays for a reader that is too slow. */
const MOST_PENDING_BYTES = 4 * 1024 * 1024;

/** What a job's lines are written with. */
export interface JobOutputOptions {
  readonly job: string;
  readonly logging: Exclude<JobSettings['logging'], 'raw'>;
  readonly sink: OutputSink;
  readonly now: () => Date;
}

/**
 * Writes what a job prints, line by line, each with its time, its job and its process: as text, `<time> [job] [pid] line`
 * (ContainerPilot 3's form), or as JSON. Lines stay on the stream that they came from. Those that a slow reader leaves no room
 * for are counted, and the number is said once there is room.
 */
export function jobOutput(options: JobOutputOptions): (pid: number) => TakeLine {
  const { job, logging, sink, now } = options;
  let dropped = 0;
  const format = (pid: number, stream: string, line: string): string => {
    const time = now().toISOString();
    if (logging === 'json') return `${JSON.stringify({ time, job, pid, stream, message: line })}\n`;
    return `${time} [${job}] [${pid}] ${line}\n`;
  };
  return (pid) => (stream, line) => {
    if (sink.pendingBytes() > MOST_PENDING_BYTES) {
      dropped += 1;
      return;
    }
    if (dropped > 0) {
      const notice = `${dropped} lines were dropped, since nobody read them fast enough`;
      dropped = 0;
      sink.stderr(format(pid, 'stderr', notice));
    }
    sink[stream](format(pid, stream, line));
  };
}
