import { AutotmplError } from '../core/errors.ts';
import type { SettingsRequest } from './invocation.ts';
import type { Program } from './program-name.ts';

/** Where configs are, as {@link SettingsRequest} has it. */
type ConfigSource = Pick<SettingsRequest, 'configPaths' | 'configText' | 'likely'>;

/**
 * Sorts what `-config` was given into paths and a text; without any, and without anything else to do, the variable
 * `CONTAINERPILOT` says the same, as in ContainerPilot. Children of ours inherit it: who is called to render has templates.
 */
export function configSource(
  written: readonly string[],
  program: Program,
  environment: Readonly<Record<string, string | undefined>>,
  hasTemplates: boolean,
): ConfigSource {
  const likely = program === 'autotmpl' ? {} : { likely: program };
  // There a value is a path, and an empty one none.
  if (program === 'consul-template') {
    return { configPaths: written.filter((path) => path !== ''), ...likely };
  }
  const variable = environment.CONTAINERPILOT ?? '';
  const usesVariable = written.length === 0 && !hasTemplates && variable !== '';
  const values = usesVariable ? [variable] : written;
  const texts = values.filter(isConfigText);
  if (texts.length === 0) {
    return { configPaths: values, ...(usesVariable ? { likely: 'containerpilot' } : likely) };
  }
  const [text = ''] = texts;
  if (values.length > 1) {
    throw new AutotmplError('usage', '-config: a config that is given as text stands alone', {
      advice: 'put it into a file',
    });
  }
  const name = usesVariable ? 'CONTAINERPILOT' : '-config';
  return { configPaths: [], configText: { name, text }, likely: 'containerpilot' };
}

/** A config itself, and no path: it begins with a map, a comment or a template's action. */
function isConfigText(value: string): boolean {
  return /^\s*(?:\{|\/\*|\/\/[^]*\n)/.test(value);
}
