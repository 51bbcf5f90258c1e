import type { Locks } from '../catalog/locks.ts';
import type { Registrar } from '../catalog/registrar.ts';
import { AutotmplError } from '../core/errors.ts';
import { findAccount } from '../process/account.ts';
import { addressOf } from './service-entry.ts';
import type { SupervisorSettings } from './settings.ts';

/** Makes sure that settings can be run with what the catalog has. Throws an AutotmplError (`config`). */
export async function checkSupervisor(
  settings: SupervisorSettings,
  registrar: Registrar | undefined,
  locks: Locks | undefined,
): Promise<void> {
  await checkJobs(settings, registrar);
  if (settings.election !== undefined && locks === undefined) {
    throw new AutotmplError('config', 'election: the catalog has no locks', {
      advice: 'use a catalog that has (consul), or leave `election` out',
    });
  }
}

/** Their addresses, their accounts, their catalog. */
async function checkJobs(
  { jobs, childVariables }: Pick<SupervisorSettings, 'jobs' | 'childVariables'>,
  registrar: Registrar | undefined,
): Promise<void> {
  const code = childVariables === 'autotmpl' ? 'config' : 'containerpilotConfig';
  for (const { name, place, service, user } of jobs) {
    try {
      if (service !== undefined) addressOf(service);
      if (user !== undefined) await findAccount(user);
    } catch (error) {
      if (!(error instanceof AutotmplError)) throw error;
      const { advice } = error;
      throw new AutotmplError(code, `${place}: ${error.message}`, {
        cause: error,
        ...(advice === undefined ? {} : { advice }),
      });
    }
    if (service !== undefined && registrar === undefined) {
      throw new AutotmplError(
        code,
        `${place}: ${name} cannot be registered: the catalog takes no services`,
        {
          advice: 'use a catalog that does (consul), or leave `service` out',
        },
      );
    }
  }
}
