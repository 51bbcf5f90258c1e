import type { HealthSettings } from '../settings.ts';
import { probeCommand } from './command.ts';
import { probeFile } from './file.ts';
import type { Finding, ProbeParts } from './finding.ts';
import { probeHttp } from './http.ts';
import { probeTcp } from './tcp.ts';

/** Finds out, once, whether something is well; never rejects, and takes no longer than its time. */
export function runProbe(
  { probe }: HealthSettings,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<Finding> {
  switch (probe.kind) {
    case 'exec':
      return probeCommand(probe.command, parts, signal);
    case 'http':
      return probeHttp(probe.url, parts, signal);
    case 'tcp':
      return probeTcp(probe.address, parts, signal);
    case 'file':
      return probeFile(probe.path);
    case 'none':
      return Promise.resolve({ status: 'passing', output: 'ok', timedOut: false });
  }
}
