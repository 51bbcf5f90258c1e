import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { checkDocument } from './check.ts';
import type { ConfigDocument, ParseText } from './document.ts';
import { problemsError, type Problem } from './problems.ts';
import type { ConfigContent } from './schema.ts';

/** A document that was read and checked. */
export interface CheckedDocument {
  readonly document: ConfigDocument;
  readonly content: ConfigContent;
}

/** How each extension is parsed; a parser is loaded when the first file of its kind is read. */
const PARSERS: Readonly<Record<string, () => Promise<ParseText>>> = {
  '.yaml': async () => (await import('./parse-yaml.ts')).parseYaml,
  '.yml': async () => (await import('./parse-yaml.ts')).parseYaml,
  '.json': async () => (await import('./parse-json.ts')).parseJson,
  '.jsonc': async () => (await import('./parse-json.ts')).parseJson,
  '.toml': async () => (await import('./parse-toml.ts')).parseToml,
};

/**
 * Reads and checks config files, and folders of them, in the order given. In a folder every file with one of our extensions is
 * read, folders below it too, in lexical order; what begins with a dot is not (Kubernetes keeps older versions of a mounted
 * config there), and links to folders are not followed. Throws one AutotmplError that tells all that is wrong.
 */
export async function readConfig(
  paths: readonly string[],
  workingFolder: string,
): Promise<readonly CheckedDocument[]> {
  const checked: CheckedDocument[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    for (const file of await filesAt(path, workingFolder, problems)) {
      const document = await readDocument(file, workingFolder, problems);
      if (document === undefined) continue;
      const result = checkDocument(document);
      problems.push(...result.problems);
      if (result.content !== undefined) checked.push({ document, content: result.content });
    }
  }
  if (problems.length > 0) throw problemsError(problems);
  return checked;
}

async function filesAt(path: string, folder: string, problems: Problem[]): Promise<string[]> {
  try {
    const status = await stat(resolve(folder, path));
    if (status.isDirectory()) return await filesBelow(path, folder);
  } catch (error) {
    problems.push(unreadable(path, error));
    return [];
  }
  if (extname(path) in PARSERS) return [path];
  const extension = extname(path);
  problems.push({
    file: path,
    message:
      extension === '.hcl'
        ? "consul-template's configs are not supported yet"
        : `cannot tell what kind of config this is by ${extension === '' ? 'a name without extension' : `the extension ${extension}`}`,
    suggestion: `use one of ${Object.keys(PARSERS).join(', ')}`,
  });
  return [];
}

async function filesBelow(path: string, workingFolder: string): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(resolve(workingFolder, path), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const inner = join(path, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(inner, workingFolder)));
    else if (extname(entry.name) in PARSERS && (await isFile(resolve(workingFolder, inner)))) {
      files.push(inner);
    }
  }
  return files;
}

/** A link that leads nowhere counts as a file, so that it is reported and not passed over. */
async function isFile(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch {
    return true;
  }
}

async function readDocument(
  file: string,
  workingFolder: string,
  problems: Problem[],
): Promise<ConfigDocument | undefined> {
  const absolute = resolve(workingFolder, file);
  let text: string;
  try {
    text = await readFile(absolute, 'utf8');
  } catch (error) {
    problems.push(unreadable(file, error));
    return undefined;
  }
  const parse = await PARSERS[extname(file)]?.();
  const parsed = parse?.(text.replace(/^\uFEFF/, ''));
  if (parsed?.ok === true) {
    const { content, locate } = parsed;
    return { file, folder: dirname(absolute), content, locate };
  }
  for (const { line, column, message } of parsed?.errors ?? []) {
    problems.push({ file, spot: { line, column }, message });
  }
  return undefined;
}

function unreadable(file: string, error: unknown): Problem {
  const code = systemCode(error);
  if (code === 'ENOENT')
    return { file, message: 'there is no such file', suggestion: 'see -config' };
  return { file, message: `cannot be read (${code ?? String(error)})` };
}
