import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readDocument } from '../catalog/file/document.ts';
import {
  readFields,
  readFlag,
  readItems,
  readOneOf,
  readText,
  readTextList,
  type Reader,
} from '../catalog/file/fields.ts';
import { DocumentError, parseTree, placeOf, type Located } from '../catalog/file/yaml-tree.ts';
import { AutotmplError, describeError, systemCode } from '../core/errors.ts';
import type { TemplateLanguage } from '../template/engine.ts';
import type { CaseFile, Place, Subject, TestCase } from './case-file.ts';
import {
  EXPECTATION_READERS,
  readExpectations,
  type ExpectationFields,
} from './read-expectations.ts';
import { FACT_READERS, readFacts, type FactFields } from './read-facts.ts';

/** How a case file is called: what stands before it is its template, with or without the template's own ending. */
export const CASE_FILE_NAME = /\.test\.ya?ml$/;
/** What templates end with. */
const TEMPLATE_ENDINGS = ['', '.njk', '.ctmpl', '.tmpl', '.tpl'];

interface TextAt {
  readonly text: string;
  readonly at: number;
}

interface SubjectFields extends Record<string, unknown> {
  readonly template: TextAt;
  readonly contents: TextAt;
  readonly config: TextAt;
  readonly target: TextAt;
  readonly searchPath: readonly string[];
  readonly engine: TemplateLanguage;
  readonly strict: boolean;
}

interface CaseFields extends SubjectFields, FactFields, ExpectationFields {
  readonly name: string;
}

interface FileFields extends SubjectFields {
  readonly defaults: Located;
  readonly cases: readonly Located[];
}

type Readers<Fields> = { readonly [Name in keyof Fields]: Reader<Fields[Name]> };

const textAt: Reader<TextAt> = (value, what) => ({ text: readText(value, what), at: value.at });

const SUBJECT_READERS: Readers<SubjectFields> = {
  template: textAt,
  contents: textAt,
  config: textAt,
  target: textAt,
  searchPath: readTextList,
  engine: readOneOf(['nunjucks', 'go']),
  strict: readFlag,
};

/**
 * Reads a file of cases. `name` is what people know it by. Throws an AutotmplError (`config`) with line and column for whatever is wrong
 * with it.
 */
export async function readCases(name: string, path: string): Promise<CaseFile> {
  const text = await readWhole(path, name);
  const reading = new Reading(name, path, text);
  return placed(name, text, async () => reading.file(await parseTree(text)));
}

/** One case file under way. */
class Reading {
  readonly #name: string;
  readonly #path: string;
  readonly #folder: string;
  readonly #text: string;

  constructor(name: string, path: string, text: string) {
    this.#name = name;
    this.#path = path;
    this.#folder = dirname(path);
    this.#text = text;
  }

  async file(root: Located): Promise<CaseFile> {
    const fields = readFields<FileFields>(root, 'the case file', {
      ...SUBJECT_READERS,
      defaults: (value) => value,
      cases: readItems,
    });
    const defaults =
      fields.defaults === undefined
        ? {}
        : readFields<FactFields & Pick<ExpectationFields, 'format' | 'check'>>(
            fields.defaults,
            'defaults',
            {
              ...FACT_READERS,
              format: EXPECTATION_READERS.format,
              check: EXPECTATION_READERS.check,
            },
          );
    const items = fields.cases ?? [];
    if (items.length === 0) throw new DocumentError('the case file has no cases', root.at);
    const cases: TestCase[] = [];
    for (const [index, item] of items.entries()) {
      const own = readFields<CaseFields>(item, 'a case', {
        name: readText,
        ...SUBJECT_READERS,
        ...FACT_READERS,
        ...EXPECTATION_READERS,
      });
      cases.push(await this.#case(index, item.at, own, fields, defaults));
    }
    return { name: this.#name, path: this.#path, cases: cases.map(distinct) };
  }

  async #case(
    index: number,
    at: number,
    own: Partial<CaseFields>,
    file: Partial<FileFields>,
    defaults: Partial<FactFields & Pick<ExpectationFields, 'format' | 'check'>>,
  ): Promise<TestCase> {
    if (own.name === undefined || own.name === '') {
      throw new DocumentError('a case must have a name', at);
    }
    const placeOfOffset = (offset: number): Place => this.#place(offset);
    const where = { at, folder: this.#folder, placeOf: placeOfOffset };
    return {
      name: own.name,
      place: this.#place(at),
      index,
      subject: this.#subject(own, file, at),
      searchPath: [...(own.searchPath ?? []), ...(file.searchPath ?? [])].map((folder) =>
        resolve(this.#folder, folder),
      ),
      engine: own.engine ?? file.engine,
      strict: own.strict ?? file.strict,
      facts: await readFacts(defaults, own, this.#folder, readCatalogTree),
      expectations: readExpectations(own, defaults, where),
    };
  }

  /** What the case says of its template beats what the file says. */
  #subject(own: Partial<SubjectFields>, file: Partial<SubjectFields>, at: number): Subject {
    const names = ['template', 'contents', 'target'] as const;
    const source = names.some((name) => own[name] !== undefined) ? own : file;
    const { template, contents, target } = source;
    const config = own.config ?? file.config;
    const given = names.flatMap((name) => source[name] ?? []);
    if (given.length > 1) {
      throw new DocumentError(
        'one of template, contents and target may be given',
        given[1]?.at ?? at,
      );
    }
    if (contents !== undefined) {
      return { kind: 'contents', contents: contents.text, folder: this.#folder };
    }
    if (target !== undefined) {
      if (config === undefined) {
        throw new DocumentError('target needs the config that has it', target.at);
      }
      const path = resolve(this.#folder, config.text);
      return {
        ...{ kind: 'target', config: path, target: target.text },
        place: this.#place(target.at),
      };
    }
    if (config !== undefined) {
      throw new DocumentError('config needs the target of it that is tried', config.at);
    }
    return template === undefined ? this.#neighbour() : this.#template(template);
  }

  #template({ text, at }: TextAt): Subject {
    const path = resolve(this.#folder, text);
    if (!existsSync(path)) throw new DocumentError(`there is no template ${text}`, at);
    return { kind: 'template', path };
  }

  /** The template that the case file is named after. */
  #neighbour(): Subject {
    const stem = basename(this.#path).replace(CASE_FILE_NAME, '');
    const found = TEMPLATE_ENDINGS.map((ending) => join(this.#folder, stem + ending)).find(
      existsSync,
    );
    if (found !== undefined) return { kind: 'template', path: found };
    throw new DocumentError(
      `there is no template ${stem} or ${stem}.njk beside it (name one under template, contents or target)`,
      0,
    );
  }

  #place(at: number): Place {
    return { file: this.#name, ...placeOf(this.#text, at) };
  }
}

/** Two cases of one name could not be told apart in a report. */
function distinct(one: TestCase, index: number, all: readonly TestCase[]): TestCase {
  if (all.findIndex(({ name }) => name === one.name) === index) return one;
  throw atPlace(one.place, `there are two cases called ${JSON.stringify(one.name)}`);
}

async function readCatalogTree(path: string): Promise<Located> {
  const text = await readWhole(path, path);
  return placed(path, text, async () => {
    const tree = await parseTree(text);
    readDocument(tree);
    return tree;
  });
}

async function readWhole(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = systemCode(error) === 'ENOENT' ? 'there is no such file' : describeError(error);
    throw new AutotmplError('config', `cannot read ${name}: ${why}`, { cause: error });
  }
}

async function placed<Value>(
  name: string,
  text: string,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw atPlace({ file: name, ...placeOf(text, error.at) }, error.message);
  }
}

function atPlace({ file, line, column }: Place, message: string): AutotmplError {
  return new AutotmplError('config', `${file}:${line}:${column}: ${message}`);
}
