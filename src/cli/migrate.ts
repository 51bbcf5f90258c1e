import { writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AutotmplError, systemCode } from '../core/errors.ts';
import { EXIT } from './exit-codes.ts';
import type { MigrateInvocation } from './invocation.ts';
import { migrateOne, type MigratedFile } from './migrate-file.ts';

/**
 * Turns files of other programs into ours: Go templates into Nunjucks templates, configs into our config. A single one goes to
 * standard output, several into a folder. What has no counterpart is listed; returns the exit code: 2 where anything is.
 */
export async function migrate(invocation: MigrateInvocation): Promise<number> {
  const { files, out } = invocation;
  if (files.length > 1 && out === undefined) {
    throw new AutotmplError('usage', 'several files need a folder to go to', {
      advice: 'autotmpl migrate -out DIR FILE…',
    });
  }
  const migrated: MigratedFile[] = [];
  for (const file of files) migrated.push(await migrateOne(file, invocation));
  for (const [index, one] of migrated.entries()) {
    if (out === undefined) process.stdout.write(one.text);
    else await write(join(out, newName(files[index] ?? '', one)), one.text);
  }
  for (const { notes } of migrated) for (const note of notes) process.stderr.write(`${note}\n`);
  return migrated.every(({ isSame }) => isSame) ? EXIT.done : EXIT.changes;
}

/** `nginx.conf.ctmpl` → `nginx.conf.njk`, `config.hcl` → `config.yaml`. */
function newName(file: string, { kind }: MigratedFile): string {
  const name = basename(file, extname(file));
  return `${name}.${kind === 'template' ? 'njk' : 'yaml'}`;
}

/** Writes a file that is not there yet: somebody may have worked on one that is. */
async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    const code = systemCode(error);
    throw new AutotmplError(
      'output',
      code === 'EEXIST'
        ? `${path} is there already`
        : `cannot write ${path} (${code ?? String(error)})`,
      { advice: code === 'EEXIST' ? 'remove it, or give another -out' : 'see -out', cause: error },
    );
  }
}
