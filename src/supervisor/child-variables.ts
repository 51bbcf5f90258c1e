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

  /** What the election says. Whoever may write the key may write anything: what cannot be a variable's value is not told. */
  tellRole(role: string, leader: string | undefined): void {
    this.#told.set('AUTOTMPL_ROLE', role);
    const isFit = leader !== undefined && leader.length <= LONGEST_VALUE && !leader.includes('\0');
    const told = { AUTOTMPL_LEADER: leader, AUTOTMPL_LEADER_ADDR: leaderAddress(leader) };
    for (const [name, value] of Object.entries(told)) {
      if (isFit && value !== undefined) this.#told.set(name, value);
      else this.#told.delete(name);
    }
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

/** The system takes no variable of more than 128 kB, and starts nothing with one. */
const LONGEST_VALUE = 4096;

/** `10.0.0.5:3306`, of the value that our elections write; undefined for a value that others wrote in their own way. */
function leaderAddress(value: string | undefined): string | undefined {
  try {
    const { address } = JSON.parse(value ?? 'null') as { readonly address?: unknown };
    return typeof address === 'string' && !address.includes('\0') ? address : undefined;
  } catch {
    return undefined;
  }
}

/** What systemd told us, and would take from nobody else. */
const OURS_ALONE: ReadonlySet<string> = new Set(['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']);

/** ContainerPilot 3's way to a variable's name: the basename without its extension, upper case, `_` for what is neither letter nor digit. */
function variableName(name: string): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const stem = base.replace(/\.[^.]*$/, '');
  return stem.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}
