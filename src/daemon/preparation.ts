import type { Catalog } from '../catalog/catalog.ts';
import {
  createCatalog,
  createLocks,
  createRegistrar,
  shareConnections,
  type AgentAccesses,
} from '../catalog/index.ts';
import type { Locks } from '../catalog/locks.ts';
import type { Registrar } from '../catalog/registrar.ts';
import type { Settings } from '../config/settings.ts';
import { AutotmplError } from '../core/errors.ts';
import { Claims, refuseSameFiles } from '../output/claims.ts';
import { compileTargets } from '../renderer/compile-targets.ts';
import { checkGroups } from './check-groups.ts';
import { createEngines } from './engines.ts';
import { environmentFor, isSameCatalog, type DaemonOptions, type Prepared } from './options.ts';
import { pluginRunner } from './plugins.ts';
import { checkServiceNames } from './service-names.ts';
import { createSlots } from './slots.ts';
import { checkSharing, groupKeyOf, sharesAnswers } from './sharing.ts';

/** Turns settings into what can be run: one generation after the other. */
export class Preparation {
  readonly #options: DaemonOptions;
  readonly #claims = new Claims();
  /** For all generations, so that one does not open its connections beside those of the one before. */
  readonly #accesses: AgentAccesses;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#accesses = shareConnections(options);
  }

  /**
   * Makes ready whatever can fail: reads and compiles the templates, makes the catalog, claims the destinations. Throws an
   * AutotmplError, and changes nothing, where something is wrong. `present` are the settings in force.
   */
  async prepare(settings: Settings, present: Settings | undefined): Promise<Prepared> {
    const { clock, logger, packageTemplates, once, dry } = this.#options;
    const environment = environmentFor(this.#options.environment, settings);
    const searchPath = [...settings.searchPath, ...packageTemplates];
    const engineOf = await createEngines(
      settings.targets.map(({ engine }) => engine),
      { searchPath, environment, clock },
    );
    checkGroups(settings.targets);
    const shares = sharesAnswers(settings, this.#options);
    if (shares) checkSharing(settings);
    const targets = compileTargets(settings.targets, engineOf, shares ? groupKeyOf : undefined);
    await checkServiceNames(settings.supervisor?.jobs ?? [], clock);
    const accesses = this.#accesses;
    const parts = {
      ...{ clock, logger, accesses, givesUp: once },
      fallsBack: settings.startsWithLastGood === true,
      runPlugin: pluginRunner(environment),
    };
    const catalog = createCatalog(settings.catalog, settings, parts);
    const supervised = settings.supervisor !== undefined && !once && !dry;
    const registrar = supervised ? createRegistrar(settings.catalog, parts) : undefined;
    const locks = supervised ? createLocks(settings.catalog, parts) : undefined;
    let slots: Locks | undefined;
    try {
      slots = createSlots(settings, { dry, ...parts });
      if (supervised) await checkSupervised(settings, present, registrar, locks);
      const destinations = settings.targets.flatMap((target) => target.destination ?? []);
      // A single run is over too soon for two of them to undo each other's work.
      const isSingle = once || dry;
      if (isSingle) await refuseSameFiles(destinations);
      const lease = await this.#claims.take(isSingle ? [] : destinations);
      return { settings, targets, catalog, lease, registrar, locks, slots, accesses };
    } catch (error) {
      await letGo({ catalog, registrar, locks, slots });
      throw error;
    }
  }

  /** The same for settings that nothing will be started by: what this machine has for them is looked up, and nothing claimed. */
  async check(settings: Settings): Promise<Prepared> {
    const prepared = await this.prepare(settings, undefined);
    if (settings.supervisor !== undefined) {
      await (await import('../supervisor/check.ts')).checkUsers(settings.supervisor);
    }
    return prepared;
  }
}

async function checkSupervised(
  settings: Settings,
  present: Settings | undefined,
  registrar: Registrar | undefined,
  locks: Locks | undefined,
): Promise<void> {
  const { checkSupervisor } = await import('../supervisor/check.ts');
  if (settings.supervisor !== undefined) {
    await checkSupervisor(settings.supervisor, registrar, locks);
  }
  if (present?.supervisor !== undefined && !isSameCatalog(present.catalog, settings.catalog)) {
    throw new AutotmplError('config', 'the catalog cannot be changed while jobs run', {
      advice: 'start autotmpl anew',
    });
  }
}

/** Gives back what reaches the catalog. */
export async function letGo({
  catalog,
  registrar,
  locks,
  slots,
}: {
  readonly catalog: Catalog | undefined;
  readonly registrar: Registrar | undefined;
  readonly locks: Locks | undefined;
  readonly slots: Locks | undefined;
}): Promise<void> {
  catalog?.close();
  registrar?.close();
  await locks?.close();
  await slots?.close();
}
