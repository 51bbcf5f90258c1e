import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A certificate and its key, as PEM, and what others are issued with. */
export interface Issued {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What a certificate says. */
export interface CertificateWish {
  readonly commonName: string;
  readonly altNames?: readonly string[];
  /** In milliseconds since the epoch; a certificate counts whole seconds. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Issues real certificates (X.509 v3, P-256), with lives of any length: what a PKI of Vault's does. */
export class CertificateAuthority {
  readonly certificate: string;
  readonly #name: string;
  readonly #key: KeyObject;

  constructor(name: string) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const dayMs = 86_400_000;
    this.#name = name;
    this.#key = privateKey;
    const wish = { commonName: name, fromMs: Date.now() - dayMs, toMs: Date.now() + 365 * dayMs };
    this.certificate = this.#certify(wish, publicKey, true);
  }

  /** A certificate with a new key. */
  issue(wish: CertificateWish): Issued {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      certificate: this.#certify(wish, publicKey, false),
      privateKey: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    };
  }

  #certify(wish: CertificateWish, key: KeyObject, isAuthority: boolean): string {
    const algorithm = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
    const names = wish.altNames ?? [];
    const extensions = [
      sequence(
        oid(2, 5, 29, 19),
        bytes(0x01, Buffer.from([0xff])),
        bytes(0x04, sequence(...(isAuthority ? [bytes(0x01, Buffer.from([0xff]))] : []))),
      ),
      ...(names.length === 0
        ? []
        : [
            sequence(
              oid(2, 5, 29, 17),
              bytes(0x04, sequence(...names.map((name) => bytes(0x82, Buffer.from(name))))),
            ),
          ]),
    ];
    const body = sequence(
      bytes(0xa0, bytes(0x02, Buffer.from([2]))),
      bytes(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
      algorithm,
      commonName(this.#name),
      sequence(time(wish.fromMs), time(wish.toMs)),
      commonName(wish.commonName),
      key.export({ type: 'spki', format: 'der' }),
      bytes(0xa3, sequence(...extensions)),
    );
    const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, this.#key)]);
    const der = sequence(body, algorithm, bytes(0x03, signature));
    const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
    return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
  }
}

/** One DER value: its tag, its length, its content. */
function bytes(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return bytes(0x30, Buffer.concat(parts));
}

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  const content = [first * 40 + second];
  for (const part of rest) {
    const digits = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift((left % 128) + 128);
    }
    content.push(...digits);
  }
  return bytes(0x06, Buffer.from(content));
}

function commonName(name: string): Buffer {
  return sequence(bytes(0x31, sequence(oid(2, 5, 4, 3), bytes(0x0c, Buffer.from(name)))));
}

/** GeneralizedTime. */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return bytes(0x18, Buffer.from(text));
}
