import type { Chronicle } from '../chronicle.ts';
import type { Fault } from '../faults/fault.ts';

/** Whoever has only the log must find each trouble that was injected in it. */
export function expectLogged(
  faults: readonly Pick<Fault, 'name' | 'logged'>[],
  log: string,
  chronicle: Chronicle,
): void {
  for (const { name, logged } of faults) {
    const isInjected = (chronicle.counts.get(`  ${name}`) ?? 0) > 0;
    if (!isInjected || logged === undefined || logged.test(log)) continue;
    chronicle.break('the log names each trouble', `nothing about: ${name} (${String(logged)})`);
  }
}
