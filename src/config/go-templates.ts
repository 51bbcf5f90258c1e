import type { TemplateLanguage } from '../template/engine.ts';

/** Keys of `templates[]` that mean nothing to Nunjucks. */
export const GO_ONLY_KEYS = ['leftDelimiter', 'rightDelimiter', 'errorOnMissingKey'] as const;

/** Endings of names that say that a template is written in Go's language. */
const GO_ENDINGS: readonly string[] = ['.ctmpl', '.tmpl', '.tpl'];

/**
 * What a template is written in: what its `engine` says, or else (`auto`) what the name of its source says. A template without
 * a source of its own (`contents`) is Nunjucks where nothing else is said.
 */
export function templateLanguage(engine: unknown, source: unknown): TemplateLanguage {
  if (engine === 'go' || engine === 'nunjucks') return engine;
  return typeof source === 'string' && isGoTemplate(source) ? 'go' : 'nunjucks';
}

/** Whether a file's name says that it is a Go template. */
export function isGoTemplate(name: string): boolean {
  return GO_ENDINGS.some((ending) => name.endsWith(ending));
}
