import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import type { Environment } from '../catalog/consul/environment.ts';
import { systemCode } from '../core/errors.ts';
import { checkDocument } from './check.ts';
import type { ConfigText, ReadText } from './containerpilot/read.ts';
import type { DialectWord } from './dialect.ts';
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
  '.json5': async () => (await import('./parse-json.ts')).parseJson,
  '.toml': async () => (await import('./parse-toml.ts')).parseToml,
};

/** What configs are read from, and with. */
export interface ConfigSources {
  /** Files and folders, as the user named them; `file://` may stand before one. */
  readonly configPaths: readonly string[];
  /** A config that is a text: its name, `-config` or `CONTAINERPILOT`, says where it came from. */
  readonly configText?: { readonly name: string; readonly text: string };
  /** What the user says that the configs are. */
  readonly dialect?: DialectWord;
  /** Called by the name `containerpilot`: a config that could be either is ContainerPilot's. */
  readonly likely?: 'autotmpl' | 'containerpilot';
  readonly environment: Environment;
  /** Absolute path of the working folder. */
  readonly cwd: string;
  /** The words behind the flags. */
  readonly mainCommand?: readonly string[];
}

/** What was read: documents of ours, or one config of ContainerPilot's, which stands alone. */
export interface ReadConfig {
  readonly documents: readonly CheckedDocument[];
  readonly containerPilot?: Extract<ReadText, { readonly kind: 'compiled' }>;
}

/**
 * Reads and checks config files, and folders of them, in the order given. In a folder every file with one of our extensions is
 * read, folders below it too, in lexical order; what begins with a dot is not (Kubernetes keeps older versions of a mounted
 * config there), and links to folders are not followed. JSON may be ContainerPilot's: its keys tell. Throws one
 * AutotmplError that tells all that is wrong.
 */
export async function readConfig(sources: ConfigSources): Promise<ReadConfig> {
  const reader = new ConfigReader(sources);
  if (sources.configText !== undefined) await reader.readText(sources.configText);
  for (const path of sources.configPaths) await reader.readPath(path);
  return reader.result();
}

class ConfigReader {
  readonly #sources: ConfigSources;
  readonly #checked: CheckedDocument[] = [];
  readonly #problems: Problem[] = [];
  readonly #theirs: { readonly name: string; readonly read: ReadText }[] = [];

  constructor(sources: ConfigSources) {
    this.#sources = sources;
  }

  /** All that was read; throws an AutotmplError where anything is wrong. */
  result(): ReadConfig {
    const [first, second] = this.#theirs;
    const other = second?.name ?? this.#checked[0]?.document.file;
    if (first !== undefined && other !== undefined) {
      this.#problems.push({
        file: first.name,
        message: `a ContainerPilot config stands alone, and there is ${other} too`,
        suggestion: 'give one config',
      });
    }
    if (this.#problems.length > 0) {
      throw problemsError(this.#problems, first === undefined ? 'config' : 'containerpilotConfig');
    }
    return {
      documents: this.#checked,
      ...(first?.read.kind === 'compiled' && { containerPilot: first.read }),
    };
  }

  async readPath(written: string): Promise<void> {
    const { cwd } = this.#sources;
    const path = written.replace(/^file:\/\//, '');
    const isTheirWay = path !== written || this.#isContainerPilot();
    for (const file of await filesAt(path, cwd, isTheirWay, this.#problems)) {
      const text = await readText(file, cwd, this.#problems);
      if (text === undefined) continue;
      await this.#read({ name: file, folder: dirname(resolve(cwd, file)), text }, isTheirWay);
    }
  }

  async readText({ name, text }: { name: string; text: string }): Promise<void> {
    await this.#read({ name, folder: this.#sources.cwd, text }, true);
  }

  #isContainerPilot(): boolean {
    const { dialect, likely } = this.#sources;
    return dialect === undefined ? likely === 'containerpilot' : dialect !== 'autotmpl';
  }

  async #read(input: ConfigText, isTheirWay: boolean): Promise<void> {
    const extension = extname(input.name);
    const isOurs = /^\.(?:ya?ml|toml)$/.test(extension) && this.#sources.dialect === undefined;
    if (!isOurs && (await this.#readTheirs(input, isTheirWay || extension === '.json5'))) return;
    const parse = await (PARSERS[extension] ?? PARSERS['.json'])?.();
    const parsed = parse?.(input.text);
    if (parsed?.ok === true) {
      const { content, locate } = parsed;
      const document = { file: input.name, folder: input.folder, content, locate };
      const result = checkDocument(document);
      this.#problems.push(...result.problems);
      if (result.content !== undefined) this.#checked.push({ document, content: result.content });
      return;
    }
    for (const { line, column, message } of parsed?.errors ?? []) {
      this.#problems.push({ file: input.name, spot: { line, column }, message });
    }
  }

  /** Whether it is ContainerPilot's. */
  async #readTheirs(input: ConfigText, isTheirWay: boolean): Promise<boolean> {
    if (this.#sources.dialect === 'autotmpl') return false;
    const { environment, dialect, mainCommand } = this.#sources;
    const likely = isTheirWay ? 'containerpilot' : 'autotmpl';
    const { readContainerPilot } = await import('./containerpilot/read.ts');
    const options = { environment, dialect, likely, mainCommand } as const;
    const read = readContainerPilot(input, options);
    if (read.kind === 'ours') return false;
    this.#theirs.push({ name: input.name, read });
    if (read.kind === 'wrong') this.#problems.push(...read.problems);
    return true;
  }
}

async function filesAt(
  path: string,
  folder: string,
  anyExtension: boolean,
  problems: Problem[],
): Promise<string[]> {
  try {
    const status = await stat(resolve(folder, path));
    if (status.isDirectory()) return await filesBelow(path, folder);
  } catch (error) {
    problems.push(unreadable(path, error));
    return [];
  }
  if (anyExtension || extname(path) in PARSERS) return [path];
  const extension = extname(path);
  problems.push({
    file: path,
    message:
      extension === '.hcl'
        ? "consul-template's configs are not supported yet"
        : `cannot tell what kind of config this is by ${extension === '' ? 'a name without extension' : `the extension ${extension}`}`,
    suggestion: `use one of ${Object.keys(PARSERS).join(', ')}, or say -dialect containerpilot`,
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

async function readText(
  file: string,
  workingFolder: string,
  problems: Problem[],
): Promise<string | undefined> {
  try {
    const text = await readFile(resolve(workingFolder, file), 'utf8');
    return text.replace(/^\uFEFF/, '');
  } catch (error) {
    problems.push(unreadable(file, error));
    return undefined;
  }
}

function unreadable(file: string, error: unknown): Problem {
  const code = systemCode(error);
  if (code === 'ENOENT')
    return { file, message: 'there is no such file', suggestion: 'see -config' };
  return { file, message: `cannot be read (${code ?? String(error)})` };
}
