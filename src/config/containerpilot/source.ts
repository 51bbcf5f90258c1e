import { isMap, type ConfigDocument, type DocumentPath } from '../document.ts';
import { problemAt, showPlace, type Problem } from '../problems.ts';

/** Which ContainerPilot a config is written for. */
export type Version = 2 | 3;

/** A config of ContainerPilot's that could be parsed, and what is wrong with it as far as it was looked at. */
export class Source {
  readonly document: ConfigDocument;
  readonly version: Version;
  readonly problems: Problem[] = [];
  /** What runs, and most likely not as it was meant: whole sentences, each with its place. */
  readonly warnings: string[] = [];

  constructor(document: ConfigDocument, version: Version) {
    this.document = document;
    this.version = version;
  }

  /** Notes that something at a path is wrong. */
  fail(path: DocumentPath, message: string, suggestion?: string, aim: 'key' | 'value' = 'value') {
    this.problems.push(problemAt(this.document, path, aim, { message, suggestion }));
  }

  /** Notes that something at a path is most likely not meant. */
  warn(path: DocumentPath, message: string): void {
    const { message: sentence } = problemAt(this.document, path, 'value', { message });
    this.warnings.push(`${this.place(path)}: ${sentence}`);
  }

  /** Where a path leads, as `file:line:column`. */
  place(path: DocumentPath): string {
    return showPlace(this.document.file, this.document.locate(path, 'value'));
  }
}

/** One entry of a list: a map, and where it stands. */
export interface Entry {
  readonly path: DocumentPath;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The entries of a list of maps. null ones are passed over: templates leave them behind. ContainerPilot ignores what is no list; that is an error here. */
export function entriesOf(source: Source, path: DocumentPath, value: unknown): Entry[] {
  const key = String(path.at(-1));
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    source.fail(path, `Unable to parse ${key}: expected a list`);
    return [];
  }
  const entries: Entry[] = [];
  for (const [index, item] of value.entries()) {
    if (isMap(item)) entries.push({ path: [...path, index], value: item });
    else if (item !== null) {
      source.fail([...path, index], `Unable to parse ${key}: expected a map in { }`);
    }
  }
  return entries;
}
