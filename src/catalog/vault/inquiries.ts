import { backoffDelay } from '../../core/backoff.ts';
import { queryId } from '../query.ts';
import type {
  VaultListQuery,
  VaultQuery,
  VaultReadQuery,
  VaultSecret,
  VaultWriteQuery,
} from '../vault-facts.ts';
import { asRecord } from '../http/shapes.ts';
import { CertificateDesk } from './certificates.ts';
import type { VaultDesk } from './desk.ts';
import { refusal, VaultTrouble } from './failures.ts';
import type { Finding, Inquiry } from './inquiry.ts';
import { untilThresholdMs } from './lease.ts';
import { LeasedInquiry } from './leased.ts';
import { apiPath } from './mounts.ts';
import { isDeleted, readKeys, readSecret } from './secret.ts';

/** A secret that is not there yet is looked for soon, and then ever less often. */
const ABSENT = { baseMs: 1000, capMs: 30_000 };

/** Makes the inquiry for each kind of query. */
export class Inquiries {
  readonly #desk: VaultDesk;
  readonly #certificates: CertificateDesk;

  constructor(desk: VaultDesk) {
    this.#desk = desk;
    this.#certificates = new CertificateDesk(desk);
  }

  /** An inquiry for one watch. */
  for(query: VaultQuery): Inquiry {
    switch (query.kind) {
      case 'vaultRead':
        return this.#leased(query, 'again', (signal) => this.#read(query, signal));
      case 'vaultWrite':
        return this.#leased(query, 'once', (signal) => this.#write(query, signal));
      case 'vaultList':
        return { next: (signal) => this.#list(query, signal) };
      case 'vaultPki':
        return { next: (signal) => this.#certificates.certificate(query, signal) };
    }
  }

  #leased(
    query: VaultReadQuery | VaultWriteQuery,
    asking: 'again' | 'once',
    ask: (signal: AbortSignal) => Promise<VaultSecret | null>,
  ): Inquiry {
    const absentMs = (times: number): number =>
      backoffDelay(times, ABSENT, this.#desk.rules.random);
    return new LeasedInquiry(this.#desk, { label: queryId(query), ask, asking, absentMs });
  }

  async #read(query: VaultReadQuery, signal: AbortSignal): Promise<VaultSecret | null> {
    const desk = this.#desk;
    const path = apiPath(query.path, await desk.mountOf(query.path, signal), 'data');
    const parameters = new URLSearchParams(query.parameters).toString();
    const label = queryId(query);
    const secret = await desk.ask(
      { label, path, capability: 'read', ...(parameters !== '' && { parameters }) },
      readSecret,
      signal,
      (absence) => refuseWrongPath(absence, label, query.path),
    );
    if (secret !== undefined && !isDeleted(secret, desk.clock.timeOfDay())) return secret;
    desk.forgetMountOf(query.path);
    return null;
  }

  /** What is written may be answered with nothing: then it is null. */
  async #write(query: VaultWriteQuery, signal: AbortSignal): Promise<VaultSecret | null> {
    const mount = await this.#desk.mountOf(query.path, signal);
    const secret = await this.#desk.ask(
      {
        label: queryId(query),
        path: apiPath(query.path, mount, 'data'),
        capability: 'update',
        write: mount.isKvVersion2 ? { data: query.data } : query.data,
      },
      readSecret,
      signal,
    );
    return secret ?? null;
  }

  async #list(query: VaultListQuery, signal: AbortSignal): Promise<Finding> {
    const { rules } = this.#desk;
    const mount = await this.#desk.mountOf(query.path, signal);
    const keys = await this.#desk.ask(
      {
        label: queryId(query),
        path: apiPath(query.path, mount, 'metadata'),
        parameters: 'list=true',
        capability: 'list',
      },
      readKeys,
      signal,
    );
    return { value: keys ?? [], againMs: untilThresholdMs(rules.defaultLeaseMs, rules) };
  }
}

/** Vault warns where KV version 2 was asked as if it was version 1: that says nothing of the secret. */
function refuseWrongPath(absence: unknown, label: string, path: string): void {
  const warnings = asRecord(absence, 'the answer').warnings;
  if (!Array.isArray(warnings) || !warnings.some((one) => /versioned K\/V/i.test(String(one)))) {
    return;
  }
  const [mount = '', ...rest] = path.split('/');
  throw new VaultTrouble(
    refusal(
      `Vault does not answer ${label}: KV version 2 is mounted there, and does not say so to this token`,
      `write ${mount}/data/${rest.join('/')}, or let the token read sys/internal/ui/mounts/${path}`,
    ),
  );
}
