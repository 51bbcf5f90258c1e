import { readFile } from 'node:fs/promises';
import { queryId } from '../query.ts';
import type { VaultCertificate, VaultPkiQuery } from '../vault-facts.ts';
import { asList, asRecord, asText, type JsonRecord } from '../http/shapes.ts';
import { findInPem, isFor, lifeOf } from './pem.ts';
import type { VaultDesk } from './desk.ts';
import { refusal, VaultTrouble } from './failures.ts';
import type { Finding } from './inquiry.ts';
import { untilThresholdMs } from './lease.ts';
import { requireText } from './secret.ts';

/** How long a certificate is kept that our clock says is over. */
const WRONG_CLOCK_MS = 60_000;

interface Held {
  readonly certificate: VaultCertificate;
  /** When the next one is issued, in milliseconds since the epoch. */
  readonly renewAtMs: number;
}

interface Obtaining {
  readonly outcome: Promise<Held>;
  /** Of whoever asked first. */
  readonly signal: AbortSignal;
}

/**
 * Issues certificates and keeps them until they near their end. Whoever asks for the same one is given the same: a certificate,
 * its key and its CA may be written by three templates, and belong together.
 */
export class CertificateDesk {
  readonly #desk: VaultDesk;
  /** By what is asked for, whatever the file. */
  readonly #held = new Map<string, Held>();
  readonly #busy = new Map<string, Obtaining>();

  constructor(desk: VaultDesk) {
    this.#desk = desk;
  }

  /** A certificate that is good: the one that is held, the one that its file holds with its key, or a new one. */
  async certificate(query: VaultPkiQuery, signal: AbortSignal): Promise<Finding> {
    const { clock } = this.#desk;
    const { kind, path, data } = query;
    const id = queryId({ kind, path, data });
    let held = this.#held.get(id);
    while (held === undefined || held.renewAtMs <= clock.timeOfDay()) {
      const obtaining = this.#obtainOnce(id, query, signal);
      try {
        held = await obtaining.outcome;
      } catch (error) {
        // Whoever was first may go away while others wait for the same.
        if (signal.aborted || !obtaining.signal.aborted) throw error;
      }
    }
    return { value: held.certificate, againMs: Math.max(0, held.renewAtMs - clock.timeOfDay()) };
  }

  #obtainOnce(id: string, query: VaultPkiQuery, signal: AbortSignal): Obtaining {
    const busy = this.#busy.get(id);
    if (busy !== undefined) return busy;
    const outcome = this.#obtain(query, signal)
      .then((held) => {
        this.#held.set(id, held);
        return held;
      })
      .finally(() => this.#busy.delete(id));
    this.#busy.set(id, { outcome, signal });
    return { outcome, signal };
  }

  async #obtain(query: VaultPkiQuery, signal: AbortSignal): Promise<Held> {
    const kept = await this.#kept(query);
    if (kept !== undefined) return kept;
    const issued = await this.#desk.ask(
      { label: queryId(query), path: query.path, capability: 'update', write: query.data },
      (body) => readIssued(asRecord(asRecord(body, 'the answer').data, 'the data')),
      signal,
    );
    if (issued === undefined) {
      throw new VaultTrouble(
        refusal(
          `Vault issues no certificate at ${query.path}: there is nothing there`,
          'check the mount and the role: pkiCert "pki/issue/ROLE"',
        ),
      );
    }
    try {
      return this.#holdNew(issued, queryId(query));
    } catch {
      throw new VaultTrouble(
        refusal(`Vault's answer for ${queryId(query)} makes no sense: it holds no certificate`),
      );
    }
  }

  async #kept({ destination, data }: VaultPkiQuery): Promise<Held | undefined> {
    if (destination === undefined) return undefined;
    try {
      const found = findInPem(await readFile(destination, 'utf8'));
      if (found === undefined || !isFor(found, data)) return undefined;
      const { fromMs, toMs } = lifeOf(found.certificate.Cert);
      const renewAtMs = fromMs + untilThresholdMs(toMs - fromMs, this.#desk.rules);
      if (renewAtMs <= this.#desk.clock.timeOfDay()) return undefined;
      return { certificate: found.certificate, renewAtMs };
    } catch {
      // No such file, or nothing in it that is a certificate.
      return undefined;
    }
  }

  /** By our clock, and not by that of whoever issued it: a clock that is wrong must not make us ask without end. */
  #holdNew(certificate: VaultCertificate, label: string): Held {
    const { clock, rules, logger } = this.#desk;
    const now = clock.timeOfDay();
    const leftMs = lifeOf(certificate.Cert).toMs - now;
    if (leftMs > 0) return { certificate, renewAtMs: now + untilThresholdMs(leftMs, rules) };
    logger.warn(
      `the new certificate of ${label} has expired by the clock of this machine: see whether that is right`,
    );
    return { certificate, renewAtMs: now + WRONG_CLOCK_MS };
  }
}

/** The answer of `pki/issue`, and of `pki/sign`, which has no key. */
function readIssued(data: JsonRecord): VaultCertificate {
  const chain = asList(data.ca_chain, 'the chain').map((one) => ended(asText(one, 'a CA')));
  const issuer = ended(asText(data.issuing_ca, 'the issuing CA'));
  return {
    Cert: ended(requireText(data, 'certificate', 'the certificate')),
    Key: ended(asText(data.private_key, 'the private key')),
    CA: issuer,
    CAChain: chain.length > 0 || issuer === '' ? chain : [issuer],
  };
}

function ended(pem: string): string {
  return pem === '' || pem.endsWith('\n') ? pem : `${pem}\n`;
}
