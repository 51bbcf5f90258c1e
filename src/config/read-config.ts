import { dirname, extname, resolve } from 'node:path';
import type { Environment } from '../catalog/consul/environment.ts';
import { checkDocument } from './check.ts';
import { filesAt, readText } from './config-files.ts';
import type { ConsulTemplateDocument } from './consul-template/read.ts';
import type { ConfigText, ReadText } from './containerpilot/read.ts';
import type { DialectWord, Likely } from './dialect.ts';
import type { ConfigDocument } from './document.ts';
import { parserOf } from './parsers.ts';
import { problemsError, type Problem } from './problems.ts';
import type { ConfigContent } from './schema.ts';

/** A document that was read and checked. */
export interface CheckedDocument {
  readonly document: ConfigDocument;
  readonly content: ConfigContent;
}

/** What configs are read from, and with. */
export interface ConfigSources {
  /** Files and folders, as the user named them; `file://` may stand before one. */
  readonly configPaths: readonly string[];
  /** A config that is a text: its name, `-config` or `CONTAINERPILOT`, says where it came from. */
  readonly configText?: { readonly name: string; readonly text: string };
  /** What the user says that the configs are. */
  readonly dialect?: DialectWord;
  /** Called by the name of another program: a config that could be either is that one's. */
  readonly likely?: Likely;
  readonly environment: Environment;
  /** Absolute path of the working folder. */
  readonly cwd: string;
  /** The words behind the flags. */
  readonly mainCommand?: readonly string[];
}

/** What was read: documents of ours, or of consul-template's, or one config of ContainerPilot's, which stands alone. */
export interface ReadConfig {
  readonly documents: readonly CheckedDocument[];
  readonly consulTemplate?: readonly ConsulTemplateDocument[];
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
  readonly #consulTemplate: ConsulTemplateDocument[] = [];
  /** The first config of consul-template's, right or wrong. */
  #firstOfConsulTemplate: string | undefined;

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
    const mixed = this.#firstOfConsulTemplate === undefined ? undefined : (first?.name ?? other);
    if (mixed !== undefined) {
      this.#problems.push({
        file: this.#firstOfConsulTemplate ?? '',
        message: `a consul-template config, and ${mixed} is none`,
        suggestion: 'give configs of one program',
      });
    }
    if (this.#problems.length > 0) {
      throw problemsError(this.#problems, first === undefined ? 'config' : 'containerpilotConfig');
    }
    return {
      documents: this.#checked,
      ...(this.#consulTemplate.length > 0 && { consulTemplate: this.#consulTemplate }),
      ...(first?.read.kind === 'compiled' && { containerPilot: first.read }),
    };
  }

  async readPath(written: string): Promise<void> {
    const { cwd } = this.#sources;
    const path = written.replace(/^file:\/\//, '');
    const isTheirWay = path !== written || this.#isContainerPilot();
    const takes = this.#isConsulTemplate() ? 'everything' : isTheirWay ? 'anyFile' : 'known';
    for (const file of await filesAt(path, cwd, takes, this.#problems)) {
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
    return dialect === undefined
      ? likely === 'containerpilot'
      : dialect.startsWith('containerpilot');
  }

  #isConsulTemplate(): boolean {
    const { dialect, likely } = this.#sources;
    return (dialect ?? likely) === 'consul-template';
  }

  async #read(input: ConfigText, isTheirWay: boolean): Promise<void> {
    const extension = extname(input.name);
    if (await this.#readConsulTemplate(input, extension)) return;
    const isOurs = /^\.(?:ya?ml|toml)$/.test(extension) && this.#sources.dialect === undefined;
    if (!isOurs && (await this.#readTheirs(input, isTheirWay || extension === '.json5'))) return;
    const parse = await parserOf(extension);
    const parsed = parse(input.text);
    if (parsed.ok) {
      const { content, locate } = parsed;
      const document = { file: input.name, folder: input.folder, content, locate };
      const result = checkDocument(document);
      this.#problems.push(...result.problems);
      if (result.content !== undefined) this.#checked.push({ document, content: result.content });
      return;
    }
    for (const { line, column, message } of parsed.errors) {
      this.#problems.push({ file: input.name, spot: { line, column }, message });
    }
  }

  /** Whether it is consul-template's. */
  async #readConsulTemplate(input: ConfigText, extension: string): Promise<boolean> {
    const { dialect, likely = 'autotmpl', cwd } = this.#sources;
    const { isConsulTemplate } = await import('./consul-template/recognise.ts');
    if (!isConsulTemplate(input.text, { extension, dialect, likely })) return false;
    this.#firstOfConsulTemplate ??= input.name;
    const { readConsulTemplate } = await import('./consul-template/read.ts');
    const read = readConsulTemplate(input, cwd);
    if (read.ok) this.#consulTemplate.push(read.document);
    else this.#problems.push(...read.problems);
    return true;
  }

  /** Whether it is ContainerPilot's. */
  async #readTheirs(input: ConfigText, isTheirWay: boolean): Promise<boolean> {
    if (this.#sources.dialect === 'autotmpl') return false;
    const { environment, dialect, mainCommand } = this.#sources;
    const likely: Likely = isTheirWay ? 'containerpilot' : 'autotmpl';
    const { readContainerPilot } = await import('./containerpilot/read.ts');
    const options = { environment, dialect, likely, mainCommand } as const;
    const read = readContainerPilot(input, options);
    if (read.kind === 'ours') return false;
    this.#theirs.push({ name: input.name, read });
    if (read.kind === 'wrong') this.#problems.push(...read.problems);
    return true;
  }
}
