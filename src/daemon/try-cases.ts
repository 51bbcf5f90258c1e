import { dirname, relative } from 'node:path';
import { loadSettings } from '../config/load.ts';
import { NO_FLAGS } from '../config/migrate/config.ts';
import type { Settings } from '../config/settings.ts';
import { AutotmplError } from '../core/errors.ts';
import { systemClock, type Clock } from '../core/time.ts';
import { compileTargets } from '../renderer/compile-targets.ts';
import type { Target } from '../renderer/target.ts';
import type { CaseFile, TestCase } from '../trial/case-file.ts';
import type { CaseResult } from '../trial/case-result.ts';
import { judge, type Update } from '../trial/judge.ts';
import { renderCase, type Outcome } from '../trial/render-case.ts';
import { writeUpdates } from '../trial/write-updates.ts';
import { createEngines } from './engines.ts';

/** How cases are tried. */
export interface TrialOptions {
  /** Folders of templates that ship with the package. */
  readonly packageTemplates: readonly string[];
  /** Paths in messages are relative to it. */
  readonly cwd: string;
  /** Expected texts give way to what is rendered. */
  readonly updates: boolean;
  /** chalk's level for diffs. */
  readonly color: 0 | 1 | 2 | 3;
}

/**
 * Tries the cases of a file, each with an engine of its own, so that none sees the environment or the time of another. `wants` says which.
 * Throws an AutotmplError where a config that the file names is wrong.
 */
export async function tryCases(
  file: CaseFile,
  options: TrialOptions,
  wants: (one: TestCase) => boolean,
): Promise<readonly CaseResult[]> {
  const configs = new Map<string, Settings>();
  const results: CaseResult[] = [];
  const updates: Update[] = [];
  for (const testCase of file.cases.filter(wants)) {
    const startedMs = performance.now();
    const { settings, target } = await subjectOf(testCase, options.cwd, configs);
    const outcome = await outcomeOf(testCase, settings, target, options);
    const verdict = await judge(testCase, outcome, { ...options, target });
    updates.push(...verdict.updates);
    results.push({
      file: file.name,
      name: testCase.name,
      place: testCase.place,
      complaints: verdict.complaints,
      updated: verdict.updates.length > 0,
      durationMs: performance.now() - startedMs,
    });
  }
  await writeUpdates(file, updates);
  return results;
}

/** What a case tries, with the settings that it stands in: those of its config, or the defaults. */
async function subjectOf(
  { subject, engine, strict, place }: TestCase,
  cwd: string,
  configs: Map<string, Settings>,
): Promise<{ readonly settings: Settings; readonly target: Target }> {
  const said = { ...(engine !== undefined && { engine }), ...(strict !== undefined && { strict }) };
  if (subject.kind === 'target') {
    const settings = configs.get(subject.config) ?? (await load([subject.config], [], cwd));
    configs.set(subject.config, settings);
    const target = settings.targets.find(({ label, destination, source }) =>
      [label, destination, source.name].includes(subject.target),
    );
    if (target !== undefined) return { settings, target: { ...target, ...said } };
    const { file, line, column } = subject.place;
    const labels = settings.targets.map(({ label }) => label).join(', ');
    throw new AutotmplError(
      'config',
      `${file}:${line}:${column}: the config has no target ${subject.target}`,
      { advice: `it has ${labels}` },
    );
  }
  if (subject.kind === 'template') {
    const settings = await load([], [relative(cwd, subject.path)], cwd);
    return { settings, target: { ...onlyTarget(settings), ...said } };
  }
  const settings = await load([], [engine === 'go' ? 'contents.tmpl' : 'contents.njk'], cwd);
  const { contents, folder } = subject;
  const name = `contents in ${place.file}`;
  const source = { contents, name, folder };
  return { settings, target: { ...onlyTarget(settings), ...said, source } };
}

/** Nothing of the machine's environment takes part. */
function load(
  configPaths: readonly string[],
  templates: readonly string[],
  cwd: string,
): Promise<Settings> {
  const flags = { ...NO_FLAGS, templates: templates.map((source) => ({ source })) };
  return loadSettings({ configPaths, flags, environment: {}, cwd });
}

function onlyTarget({ targets }: Settings): Target {
  const [target] = targets;
  if (target === undefined) throw new Error('the settings of a template have no target');
  return target;
}

async function outcomeOf(
  { facts, searchPath }: TestCase,
  settings: Settings,
  target: Target,
  { packageTemplates }: TrialOptions,
): Promise<Outcome> {
  const engineOf = await createEngines([target.engine], {
    searchPath: [...searchPath, ...settings.searchPath, ...packageTemplates],
    environment: { ...settings.environment, ...facts.env },
    clock: facts.nowMs === undefined ? systemClock : standingClock(facts.nowMs),
  });
  const { source } = target;
  const folder = 'path' in source ? dirname(source.path) : source.folder;
  try {
    const [compiled] = compileTargets([target], engineOf);
    if (compiled === undefined) throw new Error('a target came to nothing');
    return renderCase(compiled.template, facts, folder);
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    return { kind: 'error', error };
  }
}

function standingClock(nowMs: number): Clock {
  return { ...systemClock, now: () => nowMs, timeOfDay: () => nowMs };
}
