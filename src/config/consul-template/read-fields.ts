import type { Said } from '../../catalog/consul/environment.ts';
import { nearest } from '../../core/nearest.ts';
import { isMap, type ConfigDocument, type DocumentPath } from '../document.ts';
import { problemAt, showPlace, type Problem } from '../problems.ts';
import { parseQuietPeriod, QUIET_FORM } from '../quiet-text.ts';
import { formOf, isUnsaid, readField } from './field-kinds.ts';
import type { FieldRow } from './field-row.ts';
import type { FieldLayer } from './field-values.ts';

/** Where what is found goes. */
export interface Findings {
  readonly problems: Problem[];
  /** Whole sentences, each with its place. */
  readonly warnings: string[];
}

/** A map of a document: where it is and what is in it. */
export interface FieldMap {
  readonly document: ConfigDocument;
  readonly path: DocumentPath;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Reads the fields of a map by their rows, as consul-template does: keys in any case, a block that comes again counts whole, the last
 * one. Keys among `others` are somebody else's. What is wrong, and what has another name by now, is in `findings` afterwards.
 */
export function readFields(
  map: FieldMap,
  rows: readonly FieldRow[],
  findings: Findings,
  others: readonly string[] = [],
): FieldLayer {
  const reader = new FieldReader(map.document, rows, findings);
  reader.read(map.value, map.path, '', others);
  return reader.layer;
}

/** Sections that may be a text instead, and the field that it then is. */
const BARE: Readonly<Record<string, string>> = {
  consul: 'consul.address',
  vault: 'vault.address',
  nomad: 'nomad.address',
};

/** Older names that everybody uses, and nobody needs to be told of. */
const IN_USE: readonly string[] = ['command', 'command_timeout'];

class FieldReader {
  readonly layer = new Map<string, Said<unknown>>();
  readonly #document: ConfigDocument;
  readonly #rows: ReadonlyMap<string, FieldRow>;
  readonly #aliases: ReadonlyMap<string, FieldRow>;
  readonly #findings: Findings;

  constructor(document: ConfigDocument, rows: readonly FieldRow[], findings: Findings) {
    this.#document = document;
    this.#rows = new Map(rows.map((row) => [row.path, row]));
    this.#aliases = new Map(rows.flatMap((row) => (row.aliases ?? []).map((name) => [name, row])));
    this.#findings = findings;
  }

  read(
    value: Readonly<Record<string, unknown>>,
    at: DocumentPath,
    section: string,
    others: readonly string[] = [],
  ): void {
    for (const [key, written] of Object.entries(value)) {
      if (others.includes(key.toLowerCase())) continue;
      const path = section === '' ? key.toLowerCase() : `${section}.${key.toLowerCase()}`;
      const place = [...at, key];
      const row = this.#rows.get(path) ?? this.#aliases.get(path);
      if (row !== undefined) this.#field(row, path, written, place);
      else if (this.#keysBelow(path).length > 0) this.#section(path, written, place);
      else this.#unknown(key, section, place, others);
    }
  }

  #field(row: FieldRow, path: string, written: unknown, at: DocumentPath): void {
    if (isUnsaid(row.kind, written)) return;
    if (path !== row.path) {
      if (!IN_USE.includes(path)) this.#warn(at, `is an old name of ${row.path}`);
      // Where both are there, the newer name wins.
      if (this.layer.has(row.path)) return;
    }
    const value = readField(row.kind, written);
    if (value === undefined) {
      const found = row.secret === true ? 'something else' : show(written);
      this.#fail(at, `expected ${formOf(row.kind)}, found ${found}`, this.#advice(row, written));
      return;
    }
    if (row.kind === 'permissions' && typeof written === 'number') this.#doubtMode(written, at);
    this.layer.set(row.path, { value, origin: this.#place(at) });
  }

  #advice({ kind }: FieldRow, written: unknown): string | undefined {
    if (kind === 'duration' && typeof written === 'number') {
      return `add a unit: "${written}s" for seconds`;
    }
    return kind === 'permissions' ? 'write "0644"' : undefined;
  }

  /** 644 without a zero before it is another number: 01204. */
  #doubtMode(written: number, at: DocumentPath): void {
    const digits = String(written);
    if (!/^[0-7]{3}$/.test(digits)) return;
    const mode = written.toString(8).padStart(4, '0');
    const isLikely = written > 0o777 || digits === '400' || digits === '440' || digits === '444';
    if (isLikely)
      this.#warn(at, `the number ${digits} is mode ${mode}; most likely "0${digits}" is meant`);
  }

  #section(path: string, written: unknown, at: DocumentPath): void {
    if (written === null) return;
    if (typeof written === 'string') {
      this.#bare(path, written, at);
      return;
    }
    if (isMap(written)) {
      this.read(written, at, path);
      return;
    }
    const blocks = Array.isArray(written) ? (written as unknown[]) : [];
    const last = blocks.at(-1);
    if (!isMap(last) || !blocks.every((block) => isMap(block))) {
      this.#fail(at, 'expected a block', `write ${path} { … }`);
      return;
    }
    if (blocks.length > 1) {
      this.#warn(at, `is there ${blocks.length} times, of which only the last counts`);
    }
    this.read(last, [...at, blocks.length - 1], path);
  }

  /** `consul = "address"`, `wait = "2s:10s"`. */
  #bare(path: string, written: string, at: DocumentPath): void {
    if (written === '') return;
    const origin = this.#place(at);
    const field = BARE[path];
    if (field !== undefined) {
      this.layer.set(field, { value: written, origin });
      return;
    }
    const quiet = path === 'wait' ? parseQuietPeriod(written) : undefined;
    if (quiet === undefined) {
      this.#fail(at, path === 'wait' ? `expected ${QUIET_FORM}` : 'expected a block, found text');
      return;
    }
    this.layer.set('wait.min', { value: quiet.minMs, origin });
    this.layer.set('wait.max', { value: quiet.maxMs, origin });
  }

  #unknown(key: string, section: string, at: DocumentPath, others: readonly string[]): void {
    const known = [...this.#keysBelow(section), ...others];
    const close = nearest(key, known);
    const elsewhere = [...this.#rows.keys()].find((path) => path.endsWith(`.${key}`));
    const advice =
      close !== undefined
        ? `did you mean ${close}?`
        : elsewhere === undefined
          ? `known here: ${known.join(', ')}`
          : `it belongs at ${elsewhere}`;
    this.#fail(at, 'unknown key', advice, 'key');
  }

  /** The keys that a section may have. */
  #keysBelow(section: string): string[] {
    const prefix = section === '' ? '' : `${section}.`;
    const paths = [...this.#rows.keys()].filter((path) => path.startsWith(prefix));
    return [...new Set(paths.map((path) => path.slice(prefix.length).split('.')[0] ?? ''))];
  }

  #place(at: DocumentPath): string {
    return showPlace(this.#document.file, this.#document.locate(at, 'value'));
  }

  #warn(at: DocumentPath, message: string): void {
    const { message: sentence } = problemAt(this.#document, at, 'key', { message });
    this.#findings.warnings.push(`${this.#place(at)}: ${sentence}`);
  }

  #fail(at: DocumentPath, message: string, suggestion?: string, aim: 'key' | 'value' = 'value') {
    this.#findings.problems.push(problemAt(this.#document, at, aim, { message, suggestion }));
  }
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a block';
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 40))
    : `the ${typeof value} ${String(value)}`;
}
