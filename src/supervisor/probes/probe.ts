import type { Clock } from '../../core/time.ts';
import { Deadline } from '../../core/deadline.ts';
import { probeHttp } from '../../probe/http.ts';
import { probeTcp } from '../../probe/tcp.ts';
import type { HealthSettings } from '../settings.ts';
import { probeCommand } from './command.ts';
import { probeFile } from './file.ts';
import { findingOf, tooLate, well, type CommandParts, type Finding } from './finding.ts';

/** What a probe works with. */
export interface ProbeParts extends CommandParts {
  readonly clock: Clock;
}

/** Finds out, once, whether something is well. Takes no longer than its time, and leaves nothing behind. */
export async function runProbe(
  { probe, timeoutMs = Infinity }: HealthSettings,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<Finding> {
  const deadline = new Deadline(parts.clock, timeoutMs, signal);
  try {
    const finding = await find(probe, parts, deadline.signal);
    return deadline.isLate ? tooLate(parts.label, timeoutMs, finding) : finding;
  } finally {
    deadline.close();
  }
}

async function find(
  probe: HealthSettings['probe'],
  parts: CommandParts,
  signal: AbortSignal,
): Promise<Finding> {
  switch (probe.kind) {
    case 'exec':
      return await probeCommand(probe.command, parts, signal);
    case 'http':
      return findingOf(await probeHttp(probe.url, { redirects: true }, signal));
    case 'tcp':
      return findingOf(await probeTcp(probe.address, signal));
    case 'file':
      return await probeFile(probe.path, signal);
    case 'none':
      return well('ok');
  }
}
