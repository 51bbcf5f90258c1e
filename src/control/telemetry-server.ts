import { AutotmplError, describeError, systemCode } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { HttpServer } from './http-server.ts';
import type { Route } from './routes.ts';

/** What a telemetry server works with. */
export interface TelemetryServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly logger: Logger;
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;
const MAX_CONNECTIONS = 128;
const CLOSE_WITHIN_MS = 500;

/** The port where machines look at the program. */
export class TelemetryServer {
  readonly host: string;
  readonly port: number;
  readonly #server: HttpServer;

  private constructor(host: string, port: number, server: HttpServer) {
    this.host = host;
    this.port = port;
    this.#server = server;
  }

  /** Begins to listen. Throws an AutotmplError (`config`) where it cannot. */
  static async open(options: TelemetryServerOptions): Promise<TelemetryServer> {
    const { host, port, routes, logger, patienceMs = PATIENCE_MS } = options;
    const server = new HttpServer({
      routes,
      maxConnections: MAX_CONNECTIONS,
      patienceMs,
      onDefect: (error) => logger.error(`telemetry failed: ${describeError(error)}`),
    });
    try {
      return new TelemetryServer(host, await server.listen({ host, port }), server);
    } catch (error) {
      throw cannotListen(host, port, error);
    }
  }

  /** Stops listening. */
  async close(): Promise<void> {
    await this.#server.close(CLOSE_WITHIN_MS);
  }
}

/** Whether a failure is that of an address that is in use: freed, it might be had. */
export function isInUse(error: unknown): boolean {
  return error instanceof AutotmplError && systemCode(error.cause) === 'EADDRINUSE';
}

function cannotListen(host: string, port: number, cause: unknown): AutotmplError {
  const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const details: Readonly<Record<string, readonly [why: string, advice: string]>> = {
    EADDRINUSE: [
      'another program has the port',
      `"ss -ltnp sport = :${port}" names it; it may be another autotmpl, or one that is about to end. telemetry.listen chooses another port`,
    ],
    EACCES: ['it may not be used without privileges', 'choose a port above 1023'],
    EADDRNOTAVAIL: [
      'this machine has no such address',
      'telemetry.listen takes an address of this machine, or 0.0.0.0 for all of them',
    ],
    ENOTFOUND: [
      'there is no such host',
      'telemetry.listen takes an address of this machine, or 0.0.0.0 for all of them',
    ],
  };
  const [why, advice] = details[systemCode(cause) ?? ''] ?? [describeError(cause), undefined];
  return new AutotmplError('config', `telemetry cannot listen on ${where}: ${why}`, {
    ...(advice !== undefined && { advice }),
    cause,
  });
}
