import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { VaultCertificate, VaultData } from '../vault-facts.ts';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;

/** A certificate that a file holds, with its key. */
export interface FoundCertificate {
  readonly certificate: VaultCertificate;
  readonly parsed: X509Certificate;
}

/**
 * Finds a certificate, the key that belongs to it, and the CAs in a text that holds them as PEM, among anything else. Undefined
 * where there is no certificate with its key: without one the other is no use. Throws for PEM that is broken.
 */
export function findInPem(text: string): FoundCertificate | undefined {
  let key: string | undefined;
  let own: X509Certificate | undefined;
  const authorities: X509Certificate[] = [];
  for (const [block, type] of text.matchAll(BLOCK)) {
    if (type?.endsWith('PRIVATE KEY') === true) key = `${block}\n`;
    else if (type === 'CERTIFICATE') {
      const certificate = new X509Certificate(block);
      if (certificate.ca) authorities.push(certificate);
      else own ??= certificate;
    }
  }
  if (own === undefined || key === undefined || !own.checkPrivateKey(createPrivateKey(key))) {
    return undefined;
  }
  const leaf = own;
  const issuer = authorities.find((one) => leaf.checkIssued(one)) ?? authorities[0];
  const chain = authorities.map(String);
  return {
    parsed: own,
    certificate: {
      Cert: own.toString(),
      Key: key,
      CA: issuer?.toString() ?? '',
      CAChain: chain,
    },
  };
}

/** Whether a certificate names what was asked for: another name in the template needs another certificate. */
export function isFor({ parsed }: FoundCertificate, data: VaultData): boolean {
  const names = [data['common_name'] ?? '', ...(data['alt_names'] ?? '').split(',')]
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const has = namesOf(parsed);
  return names.every((name) => has.has(name.toLowerCase()));
}

function namesOf({ subject, subjectAltName }: X509Certificate): ReadonlySet<string> {
  const common = /^CN=(.*)$/m.exec(subject)?.[1];
  const alternative = [...(subjectAltName ?? '').matchAll(/(?:DNS|email):([^,\s]+)/g)];
  const names = [common, ...alternative.map(([, name]) => name)];
  return new Set(names.flatMap((name) => (name === undefined ? [] : [name.toLowerCase()])));
}

/** From when to when a certificate is good, in milliseconds since the epoch. Throws where it is none. */
export function lifeOf(pem: string): { readonly fromMs: number; readonly toMs: number } {
  const { validFrom, validTo } = new X509Certificate(pem);
  return { fromMs: Date.parse(validFrom), toMs: Date.parse(validTo) };
}
