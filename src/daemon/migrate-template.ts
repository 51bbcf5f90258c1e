import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AutotmplError, systemCode } from '../core/errors.ts';
import type { Delimiters } from '../template/engine.ts';
import { BUILT_INS } from '../template/gotemplate/built-ins.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../template/gotemplate/consul-template-functions.ts';
import { DEFAULT_DELIMITERS } from '../template/gotemplate/tokens.ts';
import { migrateGoTemplate, type MigratedTemplate } from '../template/migrate/go-to-nunjucks.ts';

/** What a template became. */
export type { MigratedTemplate } from '../template/migrate/go-to-nunjucks.ts';
/** What could not be carried over as it is. */
export type { MigrationProblem } from '../template/migrate/problems.ts';

/** Reads a Go template and turns it into a Nunjucks template. Throws an AutotmplError (`template`) where it cannot be read or parsed. */
export async function migrateTemplateFile(
  path: string,
  cwd: string,
  delimiters: Partial<Delimiters>,
): Promise<MigratedTemplate> {
  return migrateGoTemplate({
    name: path,
    text: await readSource(path, cwd),
    delimiters: { ...DEFAULT_DELIMITERS, ...delimiters },
    functions: new Map([...BUILT_INS, ...CONSUL_TEMPLATE_FUNCTIONS]),
  });
}

async function readSource(path: string, cwd: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    const why =
      systemCode(error) === 'ENOENT'
        ? 'there is no such file'
        : `it cannot be read (${systemCode(error) ?? String(error)})`;
    throw new AutotmplError('template', `${path}: ${why}`, { cause: error });
  }
}
