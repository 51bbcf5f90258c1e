import { get } from 'node:http';

/** What went wrong so far, as the program itself counts it. */
export interface Counts {
  /** Checks whose time was up, since the program began. */
  readonly timeouts: number;
  /** Processes that were started again, of the jobs that there are now. */
  readonly restarts: number;
  readonly reloads: number;
}

/** Reads the program's metrics. */
export async function readCounts(telemetryPort: number): Promise<Counts> {
  const text = await readMetrics(telemetryPort);
  return {
    timeouts: sum(text, /^autotmpl_check_timeouts_total\{.*\} (\d+)$/gm),
    restarts: sum(text, /^autotmpl_job_restarts\{.*\} (\d+)$/gm),
    reloads: sum(text, /^autotmpl_reloads_total\{result="taken"\} (\d+)$/gm),
  };
}

function readMetrics(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // No connection is kept: the program's own are counted.
    const asked = get({ host: '127.0.0.1', port, path: '/metrics', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    asked.on('error', reject);
  });
}

function sum(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
}
