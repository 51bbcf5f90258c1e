import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { AutotmplError, describeError, systemCode } from '../core/errors.ts';
import type { Engine, Template, TemplateSource } from '../template/engine.ts';
import type { Target } from './target.ts';

/** A target with its template, ready to render. */
export interface CompiledTarget {
  readonly target: Target;
  readonly template: Template;
}

/**
 * Reads and compiles the templates of all targets. Changes nothing, so that a config can be tried before it replaces another.
 * Throws one AutotmplError that names every template that is missing or broken.
 */
export async function compileTargets(
  targets: readonly Target[],
  engine: Engine,
): Promise<readonly CompiledTarget[]> {
  const compiled: CompiledTarget[] = [];
  const failures: AutotmplError[] = [];
  const texts = await Promise.allSettled(targets.map((target) => readSource(target)));
  for (const [index, target] of targets.entries()) {
    try {
      const read = texts[index];
      if (read?.status !== 'fulfilled') throw read?.reason;
      const template = engine.compile(read.value, {
        strict: target.strict,
        allowControlCharacters: target.allowControlCharacters,
      });
      compiled.push({ target, template });
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

async function readSource({ source }: Target): Promise<TemplateSource> {
  if ('contents' in source) {
    return { name: source.name, text: source.contents, folder: source.folder };
  }
  try {
    return {
      name: source.name,
      text: await readFile(source.path, 'utf8'),
      folder: dirname(source.path),
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
