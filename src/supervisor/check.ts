import type { Locks } from '../catalog/locks.ts';
import type { Registrar } from '../catalog/registrar.ts';
import { AutotmplError, type ErrorCode } from '../core/errors.ts';
import { findAccount, lookUpAccount } from '../process/account.ts';
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

/** Makes sure that the users of jobs exist, for a check that starts nothing. Throws an AutotmplError (`config`). */
export async function checkUsers({ jobs }: Pick<SupervisorSettings, 'jobs'>): Promise<void> {
  for (const { place, user } of jobs) {
    if (user !== undefined) await at(`${place}.user`, 'config', () => lookUpAccount(user));
  }
}

/** Their addresses, their accounts, their catalog. */
async function checkJobs(
  { jobs, childVariables }: Pick<SupervisorSettings, 'jobs' | 'childVariables'>,
  registrar: Registrar | undefined,
): Promise<void> {
  const code = childVariables === 'autotmpl' ? 'config' : 'containerpilotConfig';
  for (const { name, place, service, user } of jobs) {
    if (service !== undefined) await at(place, code, () => addressOf(service));
    if (user !== undefined) await at(`${place}.user`, code, () => findAccount(user));
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

/** Does something that may be refused, and says where the config asks for it. */
async function at(place: string, code: ErrorCode, act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    const { advice } = error;
    throw new AutotmplError(code, `${place}: ${error.message}`, {
      cause: error,
      ...(advice === undefined ? {} : { advice }),
    });
  }
}
