import type { Locks } from '../catalog/locks.ts';
import type { Registrar } from '../catalog/registrar.ts';
import type { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { startProcess } from '../process/long-process.ts';
import type { ProcessRecord } from '../process/process-record.ts';
import type { Watcher } from '../watch/watcher.ts';
import { Candidacy } from './candidacy.ts';
import { ChildVariables } from './child-variables.ts';
import { Departure } from './departure.ts';
import { Happenings } from './happenings.ts';
import type { Job } from './job.ts';
import type { OutputSink } from './job-output.ts';
import { Maintenance } from './maintenance.ts';
import { currentEntry, restartMember, type MemberParts } from './member.ts';
import { Reactions } from './reactions.ts';
import { Roster } from './roster.ts';
import type { SupervisorSettings } from './settings.ts';
import { ownMark } from './sweep.ts';

/** What a supervisor works with. */
export interface SupervisorOptions {
  readonly settings: SupervisorSettings;
  readonly watcher: Watcher;
  /** Absent where the catalog takes no services. */
  readonly registrar: Registrar | undefined;
  readonly locks: Locks | undefined;
  /** Renders the targets of a source anew. */
  readonly render: (source: string) => Promise<void>;
  /** Fills in a name or a tag that follows the role. */
  readonly renderName: (text: string, values: Readonly<Record<string, string>>) => string;
  /** Fills in what the words of a main command say of its environment. */
  readonly fillIn: MemberParts['fillIn'];
  /** Masks the secrets of all files in what a check printed, which anybody who may read the catalog sees. */
  readonly mask?: MemberParts['mask'];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  readonly sink: OutputSink;
  /** Where the next start finds what runs; absent where there is no place for it. */
  readonly record: ProcessRecord | undefined;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** What the parts of a supervisor ask of the whole. */
export interface Whole {
  /** Those in force: a reload changes them. */
  readonly settings: () => SupervisorSettings;
  /** Called each time when a job is done. */
  readonly onDone: (job: Job) => void;
}

/** What a supervisor is made of. */
export interface Assembly {
  readonly happenings: Happenings;
  readonly variables: ChildVariables;
  readonly roster: Roster;
  readonly departure: Departure;
  readonly memberParts: MemberParts;
  readonly candidacy: Candidacy;
  readonly reactions: Reactions;
  readonly maintenance: Maintenance;
}

/** Puts the parts of a supervisor together, none of which knows another's room; starts nothing. */
export function assemble(options: SupervisorOptions, whole: Whole): Assembly {
  const { settings, bus, clock, logger, environment, hostname, watcher, registrar } = options;
  const { childVariables } = settings;
  const roster = new Roster();
  const happenings = new Happenings(bus);
  const variables = new ChildVariables(environment, childVariables);
  const members = (): Roster['all'] => roster.all;
  const departure = new Departure({
    ...{ members, happenings, clock, logger },
    settings: whole.settings,
  });
  const memberParts: MemberParts = {
    ...{ clock, logger, bus, happenings, variables, registrar, hostname },
    ...{
      sink: options.sink,
      record: options.record,
      renderName: options.renderName,
      fillIn: options.fillIn,
      mask: options.mask,
    },
    start: startProcess,
    dialect: childVariables,
    mark: ownMark(hostname),
    role: () => candidacy.role,
    onWellness: () => candidacy.look(),
    limit: () => departure.limit,
    withdraw: (job) => departure.withdraw(job),
    onDone: whole.onDone,
  };
  const candidacy = new Candidacy({
    ...{ watcher, clock, bus, logger, hostname, members, happenings, variables },
    locks: options.locks,
    entryFor: (job, address) => currentEntry(job, memberParts, address),
  });
  const reactions = new Reactions({
    ...{ watcher, clock, logger, render: options.render },
    announce: (happening) => happenings.announce(happening),
    environment: () => variables.environment(),
    untilWell: async (job) => await roster.find(job)?.presence?.untilWell(),
    signalJob: (job, signal) => roster.named(job).job.signal(signal),
    restartJob: (job) => restartMember(roster.named(job)),
    hasBegun: (job) => (roster.find(job)?.job.state.runs ?? 0) > 0,
    isReady: () => happenings.holds('renderer', 'ready'),
  });
  const maintenance = new Maintenance(members, logger);
  return {
    ...{ happenings, variables, roster, departure, memberParts },
    ...{ candidacy, reactions, maintenance },
  };
}
