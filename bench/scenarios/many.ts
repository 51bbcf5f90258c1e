import { autotmpl } from '../contender.ts';
import type { StepOutcome } from '../results.ts';
import { measureChanges } from './change.ts';
import type { Setting } from './setting.ts';

/**
 * Like `change`, but the file is one of many that the program keeps, each with a key of its own: who renders all of them again
 * takes longer. Our program is measured in both languages.
 */
export async function measureMany(setting: Setting): Promise<StepOutcome[]> {
  const { contenders, options, root } = setting;
  const templates = options.manyTemplates;
  const outcomes = await measureChanges(
    { ...setting, contenders: [...contenders, autotmpl(root, 'go')] },
    { templates, samples: options.manySamples },
  );
  return outcomes.map((outcome) => ({
    ...outcome,
    step: outcome.role === 'baseline' ? 'one key' : `one key of ${templates}`,
  }));
}
