import { readdirSync, readFileSync, statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import { stampOf } from '../file-stamp.ts';
import type { TlsOptions } from './options.ts';

/** Certificates live for hours and connections for long: this is often enough to look for new ones. */
const LOOK_AGAIN_MS = 5000;

/**
 * Holds the certificates that connections to a server are made with, and reads them again when their files change. Throws an
 * AutotmplError at the start where they cannot be used; later a broken file leaves the last good ones in place.
 */
export class Certificates {
  readonly #server: string;
  readonly #tls: TlsOptions;
  readonly #clock: Clock;
  #stamp: string;
  #context: SecureContext;
  #lookedAt: number;

  /** `server` is its name in messages. */
  constructor(server: string, tls: TlsOptions, clock: Clock) {
    this.#server = server;
    this.#tls = tls;
    this.#clock = clock;
    this.#stamp = this.#currentStamp();
    this.#context = makeContext(server, tls);
    this.#lookedAt = clock.now();
  }

  /** What a connection that is opened now is made with. */
  context(): SecureContext {
    const now = this.#clock.now();
    if (now - this.#lookedAt < LOOK_AGAIN_MS) return this.#context;
    this.#lookedAt = now;
    try {
      const stamp = this.#currentStamp();
      if (stamp !== this.#stamp) {
        this.#context = makeContext(this.#server, this.#tls);
        this.#stamp = stamp;
      }
    } catch {
      // Half of a rotation: the certificate is new and its key is not. The next look finds both.
    }
    return this.#context;
  }

  #currentStamp(): string {
    const paths = [this.#tls.caFile, this.#tls.certFile, this.#tls.keyFile, this.#tls.caFolder];
    return paths
      .map((path) => (path === undefined ? '' : stampOf(statOf(this.#server, path))))
      .join(' ');
  }
}

function statOf(server: string, path: string): BigIntStats {
  try {
    return statSync(path, { bigint: true });
  } catch (error) {
    throw unreadable(server, path, error);
  }
}

function makeContext(server: string, tls: TlsOptions): SecureContext {
  const authorities = [
    ...(tls.caPem === undefined ? [] : [Buffer.from(tls.caPem)]),
    ...(tls.caFile === undefined ? [] : [read(server, tls.caFile)]),
    ...(tls.caFolder === undefined ? [] : readFolder(server, tls.caFolder)),
  ];
  try {
    return createSecureContext({
      ca: authorities.length === 0 ? [...rootCertificates] : authorities,
      ...(tls.certFile === undefined ? {} : { cert: read(server, tls.certFile) }),
      ...(tls.keyFile === undefined ? {} : { key: read(server, tls.keyFile) }),
    });
  } catch (error) {
    if (error instanceof AutotmplError) throw error;
    const files = [tls.caFile, tls.caFolder, tls.certFile, tls.keyFile].filter((path) => path);
    throw new AutotmplError(
      'config',
      `cannot use the TLS files for ${server} (${files.join(', ')}): ${describeError(error)}`,
      { advice: 'they must be PEM, and the key must belong to the certificate', cause: error },
    );
  }
}

function readFolder(server: string, folder: string): Buffer[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw unreadable(server, folder, error);
  }
  return names
    .map((name) => join(folder, name))
    .filter((path) => statOf(server, path).isFile())
    .map((path) => read(server, path));
}

function read(server: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(server, path, error);
  }
}

function unreadable(server: string, path: string, error: unknown): AutotmplError {
  return new AutotmplError(
    'config',
    `cannot read ${path}, which TLS with ${server} needs: ${describeError(error)}`,
    {
      cause: error,
    },
  );
}
