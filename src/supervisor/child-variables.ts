import type { SupervisorSettings } from './settings.ts';

/** What children are told beside the supervisor's own environment. */
type Dialect = SupervisorSettings['childVariables'];

/**
 * The environment of children: ours, what `putenv` changed, and what the supervisor tells of itself and of its jobs. It is what the
 * application is configured by, so nothing is taken out of it, except what systemd meant for us alone.
 */
export class ChildVariables {
  readonly #base: Readonly<Record<string, string | undefined>>;
  readonly #dialect: Dialect;
  readonly #told = new Map<string, string>();
  readonly #put = new Map<string, string | null>();

  constructor(base: Readonly<Record<string, string | undefined>>, dialect: Dialect) {
    this.#base = base;
    this.#dialect = dialect;
    this.#tell('PID', String(process.pid));
  }

  /** The environment of a child that starts now. */
  environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    const result: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.#base)) {
      if (value !== undefined && !OURS_ALONE.has(name)) result[name] = value;
    }
    for (const [name, value] of this.#told) result[name] = value;
    for (const [name, value] of this.#put) {
      if (value === null) delete result[name];
      else result[name] = value;
    }
    return { ...result, ...extra };
  }

  /** Changes what later children find; `null` takes a variable away. */
  put(values: Readonly<Record<string, string | null>>): void {
    for (const [name, value] of Object.entries(values)) this.#put.set(name, value);
  }

  /** The address by which a service is advertised. */
  tellAddress(service: string, address: string): void {
    this.#tell(`${variableName(service)}_IP`, address);
  }

  /** What the election says. */
  tellRole(role: string, leader: string | undefined): void {
    this.#told.set('AUTOTMPL_ROLE', role);
    if (leader === undefined) this.#told.delete('AUTOTMPL_LEADER');
    else this.#told.set('AUTOTMPL_LEADER', leader);
  }

  /** A job's process runs. */
  tellProcess(job: string, role: string, pid: number): void {
    for (const name of this.#processNames(job, role)) this.#told.set(name, String(pid));
  }

  /** A job's process ended. ContainerPilot 2 never takes its variables back. */
  forgetProcess(job: string, role: string): void {
    this.#told.delete(`AUTOTMPL_${variableName(job)}_PID`);
    if (this.#dialect === 'containerpilot2') return;
    for (const name of this.#processNames(job, role)) this.#told.delete(name);
  }

  #tell(name: string, value: string): void {
    this.#told.set(`AUTOTMPL_${name}`, value);
    if (this.#dialect !== 'autotmpl') this.#told.set(`CONTAINERPILOT_${name}`, value);
  }

  #processNames(job: string, role: string): readonly string[] {
    const own = `AUTOTMPL_${variableName(job)}_PID`;
    if (this.#dialect === 'autotmpl') return [own];
    if (this.#dialect === 'containerpilot3')
      return [own, `CONTAINERPILOT_${variableName(job)}_PID`];
    switch (role) {
      case 'main':
        return [own, 'CONTAINERPILOT_APP_PID'];
      case 'preStart':
      case 'preStop':
      case 'postStop':
        return [own, `CONTAINERPILOT_${role.toUpperCase()}_PID`];
      case 'coprocess':
        // The name with brackets is ContainerPilot's own, and no shell can use it.
        return [
          own,
          `CONTAINERPILOT_COPROCESS[${job}]_PID`,
          `CONTAINERPILOT_COPROCESS_${variableName(job)}_PID`,
        ];
      default:
        return [own];
    }
  }
}

/** What systemd told us, and would take from nobody else. */
const OURS_ALONE: ReadonlySet<string> = new Set(['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']);

/** ContainerPilot 3's way to a variable's name: the basename without its extension, upper case, `_` for what is neither letter nor digit. */
export function variableName(name: string): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const stem = base.replace(/\.[^.]*$/, '');
  return stem.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}
