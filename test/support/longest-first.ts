import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Seconds that the longest files take on two cores. They begin first, so that none of them is what everybody waits for in the end; a
 * fresh clone has no times of its own to go by. Only the order matters, so that nobody has to keep the numbers exact.
 */
export const SECONDS: Readonly<Record<string, number>> = {
  'test/e2e/chaos.test.ts': 90,
  'test/e2e/survive-leaks.test.ts': 42,
  'test/integration/consul-bells.test.ts': 38,
  'test/e2e/bench-fleet.test.ts': 31,
  'test/e2e/deduplicate.test.ts': 28,
  'test/integration/consul-outage.test.ts': 28,
  'test/integration/consul-http2.test.ts': 25,
  'test/e2e/election.test.ts': 25,
  'test/e2e/last-good.test.ts': 24,
  'test/integration/consul-locks.test.ts': 23,
  'test/e2e/survive-agent.test.ts': 22,
  'test/e2e/rolling-reloads.test.ts': 21,
  'test/integration/consul-suspicion.test.ts': 20,
  'test/e2e/article.test.ts': 20,
  'test/e2e/bench.test.ts': 20,
  'test/e2e/consul-template-command-line.test.ts': 20,
  'test/e2e/containerpilot-life.test.ts': 18,
  'test/integration/consul-many.test.ts': 18,
  'test/e2e/soak.test.ts': 17,
  'test/e2e/rollback.test.ts': 17,
  'test/e2e/attacks.test.ts': 17,
  'test/e2e/containerpilot-catalog.test.ts': 16,
  'test/e2e/survive-kill.test.ts': 16,
  'test/e2e/signals.test.ts': 14,
  'test/e2e/drift.test.ts': 14,
  'test/e2e/guards.test.ts': 13,
  'test/e2e/survive-command.test.ts': 13,
  'test/e2e/consul-template-exec.test.ts': 13,
  'test/e2e/consul-template-functions.test.ts': 13,
  'test/e2e/survive-storm.test.ts': 12,
  'test/e2e/containerpilot-three.test.ts': 11,
  'test/e2e/vault.test.ts': 11,
  'test/integration/vault-access.test.ts': 11,
  'test/unit/catalog/consul/blocking-query.test.ts': 11,
  'test/integration/command.test.ts': 10,
  'test/integration/vault-secrets.test.ts': 10,
  'test/e2e/lock.test.ts': 10,
  'test/unit/renderer/probe-reload.test.ts': 10,
  'test/e2e/nginx-example.test.ts': 9,
  'test/e2e/haproxy-example.test.ts': 9,
  'test/unit/catalog/consul/visits.test.ts': 8,
  'test/unit/template/gotemplate/fuzz.test.ts': 8,
  'test/unit/template/nunjucks/tripwire.test.ts': 6,
  'test/unit/renderer/drift/drift.test.ts': 6,
};
const OTHERS = [
  ['test/e2e/', 5],
  ['test/integration/', 4],
] as const;

/** Has the longest files begin first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => this.#weight(b) - this.#weight(a));
  }

  #weight({ moduleId }: TestSpecification): number {
    const path = relative(this.ctx.config.root, moduleId);
    return SECONDS[path] ?? OTHERS.find(([folder]) => path.startsWith(folder))?.[1] ?? 0;
  }
}
