import { relative, sep } from 'node:path';
import { originOf, rowText, settingsRows } from '../origins.ts';
import { checkDocument } from '../check.ts';
import type { DescribedRow } from '../describe-supervisor.ts';
import type { FlagSettings } from '../flag-settings.ts';
import { loadSettingsWithOrigins, settingsOf } from '../load.ts';
import type { LoadedSettings } from '../loaded-settings.ts';
import { parseYaml } from '../parse-yaml.ts';
import { problemsError } from '../problems.ts';
import type { Settings } from '../settings.ts';
import type { SettingsSources } from '../settings-sources.ts';
import { counterpart } from './counterparts.ts';
import { differences } from './differences.ts';
import type { ConfigMigrationProblem } from './problems.ts';
import { templateActions } from './template-actions.ts';

/** A command line that says nothing. */
export const NO_FLAGS: FlagSettings = {
  templates: [],
  consul: {},
  fields: new Map(),
  searchPath: [],
};

/** A config of another dialect in our own words. */
export interface MigratedConfig {
  /** YAML. */
  readonly text: string;
  /** What it does not say; empty where it is the same config. */
  readonly problems: readonly ConfigMigrationProblem[];
}

/**
 * Turns a config into one of our own. The text is read again, and what it comes to is compared with what the old one came to: what
 * differs is told, so that nothing is lost in silence. Throws an AutotmplError for a config that is wrong.
 */
export async function migrateConfig(sources: SettingsSources): Promise<MigratedConfig> {
  const loaded = await loadSettingsWithOrigins(sources);
  const { settings } = loaded;
  const rows = settingsRows(settings).map((row) => nearer(row, sources.cwd));
  const read = (kept: readonly DescribedRow[]): Promise<Settings> => readOwn(kept, sources);
  const after = await read(rows);
  const lost = differences(settings, after);
  const shorter = await withoutDefaults(rows, loaded, after, read);
  const problems = lost.map(({ path }) => ({
    place: placeOf(path, loaded, sources),
    reason: counterpart(path),
  }));
  const all = [...(await templateActions(sources, settings)), ...problems];
  return { text: toText(shorter), problems: withoutRepeats(all) };
}

function withoutRepeats(problems: readonly ConfigMigrationProblem[]): ConfigMigrationProblem[] {
  return [...new Map(problems.map((one) => [`${one.place}\0${one.reason}`, one])).values()];
}

/** Reads rows as a config of ours. Without flags and environment: what these say is said in the rows already. */
async function readOwn(rows: readonly DescribedRow[], { cwd }: SettingsSources): Promise<Settings> {
  const parsed = parseYaml(toText(rows));
  const file = 'the migrated config';
  if (!parsed.ok) {
    throw problemsError(
      parsed.errors.map(({ line, column, message }) => ({ file, spot: { line, column }, message })),
    );
  }
  const document = { file, folder: cwd, content: parsed.content, locate: parsed.locate };
  const { content, problems } = checkDocument(document);
  if (content === undefined) throw problemsError(problems);
  const sources = { configPaths: [], environment: {}, cwd, flags: NO_FLAGS };
  const { settings } = await settingsOf(sources, { documents: [{ document, content }] });
  return settings;
}

/**
 * Leaves out what nobody gave and our own defaults say too: all rows of a key at once where that can be, else one by one. The last
 * first, since what is said of TLS settles what an address without a scheme means.
 */
async function withoutDefaults(
  rows: readonly DescribedRow[],
  loaded: LoadedSettings,
  wanted: Settings,
  read: (rows: readonly DescribedRow[]) => Promise<Settings>,
): Promise<readonly DescribedRow[]> {
  let kept = rows;
  const leaveOut = async (left: ReadonlySet<DescribedRow>): Promise<boolean> => {
    const fewer = withoutEmpty(kept.filter((row) => !left.has(row)));
    const same = await read(fewer).then(
      (settings) => differences(wanted, settings).length === 0,
      () => false,
    );
    if (same) kept = fewer;
    return same;
  };
  const isDefault = (row: DescribedRow): boolean =>
    row.value !== undefined && !row.indent.endsWith('- ') && originOf(row, loaded) === 'default';
  const needless = rows.filter(isDefault).toReversed();
  for (const key of new Set(needless.map((row) => row.key))) {
    const group = needless.filter((row) => row.key === key);
    if ((await leaveOut(new Set(group))) || group.length === 1) continue;
    for (const row of group) await leaveOut(new Set([row]));
  }
  return kept;
}

/** Without headings that nothing stands under any more. */
function withoutEmpty(rows: readonly DescribedRow[]): readonly DescribedRow[] {
  const kept: DescribedRow[] = [];
  for (const row of rows.toReversed()) {
    const next = kept[0];
    const isHeading = row.value === undefined || isEmptyList(row.value);
    if (!isHeading || (next !== undefined && next.indent.length > row.indent.length)) {
      kept.unshift(row);
    }
  }
  return kept;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function toText(rows: readonly DescribedRow[]): string {
  return rows.map((row) => `${rowText(row)}\n`).join('');
}

/** Paths below the working folder start from it again: the config is to lie there. */
function nearer(row: DescribedRow, cwd: string): DescribedRow {
  const isPath = PATHS.has(row.key) && typeof row.value === 'string';
  if (!isPath || !String(row.value).startsWith(cwd + sep)) return row;
  return { ...row, value: relative(cwd, String(row.value)) };
}

const PATHS: ReadonlySet<string> = new Set([
  ...['source', 'destination', 'sandboxPath', 'file', 'tokenFile', 'ca', 'caPath', 'cert', 'key'],
]);

/** Where something was said, as far as it is known: its own place, or that of the thing that it is a part of. */
function placeOf(
  path: string,
  { origins, settings }: LoadedSettings,
  { configPaths }: SettingsSources,
): string {
  const [, list, index] = /^supervisor\.(jobs|watches)\[(\d+)\]/.exec(path) ?? [];
  if (list === 'jobs' || list === 'watches') {
    const place = settings.supervisor?.[list][Number(index)]?.place;
    if (place !== undefined) return place;
  }
  const [target] = /^targets\[\d+\]/.exec(path) ?? [];
  const template = target?.replace('targets', 'templates');
  for (const [of, origin] of template === undefined ? [] : origins) {
    if (of.startsWith(`${template}.`)) return origin;
  }
  for (let at = path; at !== ''; at = at.replace(/(?:^|\.)[^.]*$/, '')) {
    const origin = origins.get(at);
    if (origin !== undefined) return origin;
  }
  return configPaths.join(', ');
}
