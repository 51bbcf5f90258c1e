import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Settings } from '../settings.ts';
import type { SettingsSources } from '../settings-sources.ts';
import type { ConfigMigrationProblem } from './problems.ts';

/**
 * ContainerPilot's configs are templates over the environment, and ours are not: what the actions of a line gave now stands in the
 * config, and is told. Nothing for configs of others.
 */
export async function templateActions(
  { configPaths, cwd }: SettingsSources,
  { supervisor }: Settings,
): Promise<readonly ConfigMigrationProblem[]> {
  if ((supervisor?.childVariables ?? 'autotmpl') === 'autotmpl') return [];
  const problems: ConfigMigrationProblem[] = [];
  for (const written of configPaths) {
    const path = written.replace(/^file:\/\//, '');
    const text = await readFile(resolve(cwd, path), 'utf8');
    for (const [index, line] of text.split('\n').entries()) {
      const actions = [...line.matchAll(/\{\{-?(?!\s*(?:end\b|else\s*-?\}))(.*?)-?\}\}/g)];
      const [first] = actions;
      if (first === undefined) continue;
      problems.push({
        place: `${path}:${index + 1}:${first.index + 1}`,
        reason: `${actions.map(([action]) => action).join(', ')}: filled in with what it gives now, since a config of autotmpl's is no template`,
      });
    }
  }
  return problems;
}
