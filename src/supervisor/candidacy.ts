import { isIPv6 } from 'node:net';
import type { Locks } from '../catalog/locks.ts';
import type { ServiceEntry } from '../catalog/registrar.ts';
import { begin, type Begun } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { Watcher } from '../watch/watcher.ts';
import type { ChildVariables } from './child-variables.ts';
import { Election, type Role } from './election.ts';
import { Fitness } from './fitness.ts';
import type { Happenings } from './happenings.ts';
import type { Member } from './member.ts';
import type { ElectionSettings, JobSettings } from './settings.ts';

/** What a candidacy works with. */
export interface CandidacyParts {
  /** Absent where the catalog has none: then nobody is elected. */
  readonly locks: Locks | undefined;
  readonly watcher: Watcher;
  readonly hostname: string;
  readonly members: () => readonly Member[];
  /** The entry as the present role has it, at an address that was chosen already. */
  readonly entryFor: (settings: JobSettings, address: string) => ServiceEntry | undefined;
  readonly variables: ChildVariables;
  readonly happenings: Happenings;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** The supervisor's part in the election of its config: what it says of itself there, and who in the house follows the role. */
export class Candidacy {
  readonly #parts: CandidacyParts;
  #election: Begun<Election> | undefined;
  #boundTo: string | undefined;
  #fitness = new Fitness();
  #isSettled = false;

  constructor(parts: CandidacyParts) {
    this.#parts = parts;
  }

  /** What we are; undefined where there is no election. */
  get role(): Role | undefined {
    return this.#election?.actor.role;
  }

  /** Takes part in this election; the members are there already. */
  begin(settings: ElectionSettings | undefined): void {
    const { locks, watcher, clock, bus, logger, happenings, variables } = this.#parts;
    if (settings === undefined || locks === undefined || this.#isSettled) return;
    this.#boundTo = settings.boundTo;
    this.#fitness = new Fitness();
    this.look();
    this.#election = begin(
      new Election({
        ...{ settings, locks, watcher, clock, bus, logger },
        value: this.#ballot(),
        fitness: this.#fitness,
        demoted: () => this.#demoted(),
        announce: (code) => happenings.announce({ source: 'election', code }),
        onRole: (role, leader) => {
          variables.tellRole(role, leader);
          this.#followRole();
        },
      }),
    );
  }

  /** Looks whether we may lead: somebody became well, or is not any more. */
  look(): void {
    const job = this.#boundTo;
    if (job === undefined || this.#isSettled) return;
    const member = this.#parts.members().find(({ settings }) => settings.name === job);
    if (member?.presence?.isWell === true) this.#fitness.change(undefined);
    else if (this.#fitness.unfit === undefined)
      this.#fitness.change(new Error(`${job} is not well`));
  }

  /** The program stops: that a process ends is no illness any more. Who leads does so until all have ended. */
  settle(): void {
    this.#isSettled = true;
  }

  /** Takes part no more: gives back what it leads. */
  async stop(): Promise<void> {
    await this.#election?.stop();
    this.#election = undefined;
  }

  /** Jobs for `lost` run once we do not lead any more, and before anybody else does. */
  async #demoted(): Promise<void> {
    const jobs = this.#parts.members().filter(({ settings: { when } }) => {
      return when.kind === 'event' && when.source === 'election' && when.code === 'lost';
    });
    await Promise.all(jobs.map(({ job }) => job.idle()));
  }

  /** What others read in the key while we lead: whom to ask, and where. */
  #ballot(): string {
    const { members, hostname } = this.#parts;
    const advertised = members()
      .filter(({ presence }) => presence?.registration !== undefined)
      .toSorted(
        (one, other) =>
          Number(other.settings.role === 'main') - Number(one.settings.role === 'main'),
      );
    const entry = advertised[0]?.presence?.registration?.entry;
    const { id = hostname, address = '', port } = entry ?? {};
    const place = isIPv6(address) ? `[${address}]` : address;
    return JSON.stringify({
      id,
      hostname,
      ...(place === '' ? {} : { address: `${place}:${port}` }),
    });
  }

  /** Entries whose name or tags have the role in them change with it. */
  #followRole(): void {
    const { members, entryFor, logger } = this.#parts;
    for (const { settings, presence } of members()) {
      const registration = presence?.registration;
      if (registration === undefined) continue;
      try {
        const entry = entryFor(settings, registration.entry.address);
        if (entry === undefined || JSON.stringify(entry) === JSON.stringify(registration.entry))
          continue;
        registration.change(entry);
      } catch (error) {
        // The election must not break because of a name.
        logger.error(`${settings.place}: ${describeError(error)}`, { job: settings.name });
      }
    }
  }
}
