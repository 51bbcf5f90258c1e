import { AutotmplError } from '../core/errors.ts';
import type { Engine } from '../template/engine.ts';

/** Fills in a name or a tag of a service, which may be a template over `name`, `hostname` and `role`; it asks no catalog. */
export function renderName(
  engine: Engine,
  text: string,
  values: Readonly<Record<string, string>>,
): string {
  // Most have nothing to fill in.
  if (!isTemplate(text)) return text;
  const given = Object.entries(values).map(
    ([name, value]) => `{% set ${name} = ${JSON.stringify(value)} %}`,
  );
  const template = engine.compile(
    { name: JSON.stringify(text), text: given.join('') + text, folder: '/' },
    { strict: true, allowControlCharacters: false },
  );
  const { text: rendered, error } = template.render(() => undefined);
  if (rendered !== undefined && error === undefined) return rendered;
  throw new AutotmplError(
    'config',
    `${text} cannot be filled in: ${error?.message ?? 'it asks the catalog'}`,
    {
      advice: 'use name, hostname and role only',
    },
  );
}

/** Whether a name has anything to fill in. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}
