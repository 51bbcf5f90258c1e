import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { AutotmplError, describeError, systemCode } from '../core/errors.ts';
import type { Engine, Template, TemplateLanguage, TemplateSource } from '../template/engine.ts';
import type { Target } from './target.ts';

/** A target with its template, ready to render. */
export interface CompiledTarget {
  readonly target: Target;
  readonly template: Template;
  /** What it is known by among the instances that render the same: of what is written in it. Absent: it shares no answers. */
  readonly groupKey?: string;
}

/**
 * Reads and compiles the templates of all targets, each with the engine of its language. Changes nothing, so that a config can be tried before it replaces another.
 * Throws one AutotmplError that names every template that is missing or broken.
 */
export function compileTargets(
  targets: readonly Target[],
  engineOf: (language: TemplateLanguage) => Engine,
  groupKeyOf: (target: Target, text: string) => string | undefined = () => undefined,
): readonly CompiledTarget[] {
  const compiled: CompiledTarget[] = [];
  const failures: AutotmplError[] = [];
  for (const target of targets) {
    try {
      const source = readSource(target);
      const template = engineOf(target.engine).compile(source, target);
      const groupKey = groupKeyOf(target, source.text);
      compiled.push({ target, template, ...(groupKey !== undefined && { groupKey }) });
    } catch (error) {
      if (!(error instanceof AutotmplError)) throw error;
      failures.push(error);
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return compiled;
  if (others.length === 0) throw first;
  throw new AutotmplError('template', failures.map((failure) => describeError(failure)).join('\n'));
}

/** At once, as templates that are included are read: for files that are there this takes a tenth of the time. */
function readSource({ source, destination }: Target): TemplateSource {
  if ('contents' in source) {
    return { name: source.name, text: source.contents, folder: source.folder, destination };
  }
  try {
    return {
      name: source.name,
      text: readFileSync(source.path, 'utf8'),
      folder: dirname(source.path),
      destination,
    };
  } catch (error) {
    const code = systemCode(error);
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : describeError(error);
    throw new AutotmplError('template', `cannot read the template ${source.name}: ${why}`, {
      advice: `it was looked for at ${source.path}`,
      cause: error,
    });
  }
}
