/** A hundred timeouts of checks for each ten processes that are started again: what the soak asks for. */
const HTTP_CHECKS = 36;
const REGISTERED_HTTP_CHECKS = 4;
const COMMAND_CHECKS = 2;
const CRASHING_JOBS = 6;
/** So many of the jobs that wait are others after each reload. */
const REPLACED_JOBS = 4;
const WAIT = ['sleep', '100000'];

/** What the soaked program works with. */
export interface Surroundings {
  readonly consul: string;
  readonly telemetryPort: number;
  readonly socket: string;
  /** Takes connections and says nothing. */
  readonly silentPort: number;
  /** The main job is well while it is there. */
  readonly healthFile: string;
}

/** A program with nothing to do: one job, checked and registered, and nothing goes wrong. */
export function calm(surroundings: Surroundings): Readonly<Record<string, unknown>> {
  const { consul, telemetryPort, socket, healthFile } = surroundings;
  return {
    catalog: { consul: { address: consul } },
    log: { level: 'error' },
    control: { socket },
    telemetry: { listen: `127.0.0.1:${telemetryPort}` },
    // The probe's own signal.
    signals: { USR2: 'ignore' },
    jobs: [
      {
        ...{ name: 'main', main: true, exec: WAIT },
        service: { port: 8000, address: '127.0.0.1' },
        health: { file: healthFile, interval: '1s', ttl: '30s' },
      },
    ],
  };
}

/**
 * The same program while everything goes wrong: checks time out, some of services that are in the catalog and some of commands,
 * which are killed, and jobs crash. `generation` makes some of the jobs others than before.
 */
export function storm(
  surroundings: Surroundings,
  generation: number,
): Readonly<Record<string, unknown>> {
  const { silentPort } = surroundings;
  const base = calm(surroundings);
  const health = { interval: '10ms', timeout: '8ms', ttl: '1m' };
  const http = { ...health, http: `http://127.0.0.1:${silentPort}/` };
  return {
    ...base,
    jobs: [
      ...(base['jobs'] as readonly object[]),
      ...numbers(HTTP_CHECKS).map((number) => ({
        ...{ name: `http-${number}`, exec: WAIT, health: http },
        ...(number < REPLACED_JOBS ? { env: { GENERATION: String(generation) } } : {}),
      })),
      ...numbers(REGISTERED_HTTP_CHECKS).map((number) => ({
        ...{ name: `registered-${number}`, exec: WAIT, health: http },
        service: {
          ...{ port: 8001 + number, address: '127.0.0.1' },
          initialStatus: 'passing',
        },
      })),
      ...numbers(COMMAND_CHECKS).map((number) => ({
        ...{ name: `command-${number}`, exec: WAIT },
        health: { ...health, exec: ['sleep', '9'] },
      })),
      ...numbers(CRASHING_JOBS).map((number) => ({
        ...{ name: `crash-${number}`, exec: ['false'] },
        restarts: { max: 'unlimited', delay: '10ms', factor: 1, cap: '10ms' },
      })),
    ],
  };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
