import type { Origins } from './merge.ts';
import type { Problem } from './problems.ts';
import type { ReadConfig } from './read-config.ts';
import type { SettingsSources } from './settings-sources.ts';
import type { Settings } from './settings.ts';

/** The parts of settings that have to do with supervising. */
type Supervised = Pick<Settings, 'supervisor' | 'control' | 'telemetry' | 'warnings'>;

/** What supervising comes to, or what is wrong with it. */
export interface SupervisedSettings {
  readonly settings: Supervised;
  readonly problems: readonly Problem[];
}

/** Whatever of the sources has to do with supervising; nothing is loaded for it where they say nothing of it. */
export async function supervisedSettings(
  sources: SettingsSources,
  read: ReadConfig,
  destinations: readonly string[],
  origins: Origins,
): Promise<SupervisedSettings> {
  const { containerPilot, documents } = read;
  if (containerPilot !== undefined) {
    const { supervisor, control, telemetry } = containerPilot.compiled;
    const settings = {
      supervisor: withSignals(supervisor, sources, origins),
      control,
      ...(telemetry !== undefined && { telemetry }),
      warnings: containerPilot.warnings,
    };
    return { settings, problems: [] };
  }
  const says = documents.some(({ content }) => KEYS.some((key) => content[key] !== undefined));
  if (!says && sources.mainCommand === undefined) return { settings: {}, problems: [] };
  return ownSettings(sources, read, destinations, origins);
}

const KEYS = [
  ...(['jobs', 'hooks', 'waitFor', 'watches', 'election', 'signals', 'stopTimeout'] as const),
  ...(['control', 'telemetry'] as const),
];

async function ownSettings(
  sources: SettingsSources,
  { documents }: ReadConfig,
  destinations: readonly string[],
  origins: Origins,
): Promise<SupervisedSettings> {
  const { ownSupervisor } = await import('./own-supervisor.ts');
  const { ownControl, ownTelemetry } = await import('./own-control.ts');
  const telemetry = ownTelemetry(documents, origins);
  const { mainCommand } = sources;
  const own = ownSupervisor(documents, { mainCommand, destinations, origins });
  const supervisor = withJob(own.supervisor, telemetry?.job);
  const control = ownControl(documents, supervisor !== undefined, origins);
  const settings = {
    ...(supervisor !== undefined && { supervisor: withSignals(supervisor, sources, origins) }),
    ...(control !== undefined && { control }),
    ...(telemetry !== undefined && { telemetry: telemetry.settings }),
    warnings: telemetry?.warning === undefined ? [] : [telemetry.warning],
  };
  return { settings, problems: own.problems };
}

type Supervisor = NonNullable<Settings['supervisor']>;

function withJob(
  supervisor: Supervisor | undefined,
  job: Supervisor['jobs'][number] | undefined,
): Supervisor | undefined {
  if (supervisor === undefined || job === undefined) return supervisor;
  return { ...supervisor, jobs: [...supervisor.jobs, job] };
}

/** What the command line says of signals wins. */
function withSignals(
  supervisor: Supervisor,
  { flags }: SettingsSources,
  origins: Origins,
): Supervisor {
  if (flags.signals === undefined) return supervisor;
  for (const signal of Object.keys(flags.signals)) {
    origins.set(`signals.${signal.replace(/^SIG/, '')}`, '-signal');
  }
  return { ...supervisor, signals: { ...supervisor.signals, ...flags.signals } };
}
