import { AutotmplError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { StopLimit } from './budget.ts';
import type { Member } from './member.ts';
import type { JobSettings } from './settings.ts';
import { isLate } from './stop-order.ts';

/** Who is supervised, by the names of their jobs. */
export class Roster {
  readonly #members = new Map<string, Member>();
  /** Jobs that a reload takes down. */
  readonly #leaving = new Set<string>();

  /** Everybody, in the order in which they came. */
  get all(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** The host process; undefined where there is none. */
  get main(): Member | undefined {
    return this.all.find(({ settings }) => settings.role === 'main');
  }

  /** Takes somebody in. */
  add(member: Member): void {
    this.#members.set(member.settings.name, member);
  }

  /** The member of this name; undefined where there is none. */
  find(name: string): Member | undefined {
    return this.#members.get(name);
  }

  /** The member of this name. Throws an AutotmplError (`usage`) that names those who are there. */
  named(name: string): Member {
    const member = this.#members.get(name);
    if (member !== undefined) return member;
    const known = [...this.#members.keys()];
    const near = nearest(name, known);
    throw new AutotmplError('usage', `there is no job called ${JSON.stringify(name)}`, {
      advice: near === undefined ? `jobs are: ${known.join(', ')}` : `did you mean ${near}?`,
    });
  }

  /** Whether it goes because of a reload: its end is not the program's. */
  isLeaving(name: string): boolean {
    return this.#leaving.has(name);
  }

  /**
   * Takes down whoever is not wanted any more as it is, and returns the settings of those who are wanted and not there. preStart
   * hooks have had their time: they neither go nor come.
   */
  async goOver(jobs: readonly JobSettings[], limit: StopLimit): Promise<readonly JobSettings[]> {
    const wanted = new Map(
      jobs.filter(({ role }) => role !== 'preStart').map((job) => [job.name, job]),
    );
    const outdated = this.all.filter(
      ({ settings: { name, role, fingerprint } }) =>
        role !== 'preStart' && wanted.get(name)?.fingerprint !== fingerprint,
    );
    for (const { settings } of outdated) this.#leaving.add(settings.name);
    await Promise.all(outdated.map(({ job }) => job.stop(limit)));
    for (const { settings } of outdated) {
      this.#members.delete(settings.name);
      this.#leaving.delete(settings.name);
    }
    this.#forgetSpent(new Set(outdated.map(({ settings }) => settings.name)));
    return [...wanted.values()].filter(({ name }) => !this.#members.has(name));
  }

  /** Who ran because one of these stopped runs again when the new one does. */
  #forgetSpent(sources: ReadonlySet<string>): void {
    for (const member of this.all) {
      const { name, when } = member.settings;
      const isSpent = isLate(member) && member.job.state.name === 'done';
      if (isSpent && when.kind === 'event' && sources.has(when.source)) this.#members.delete(name);
    }
  }
}
