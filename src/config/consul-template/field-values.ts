import type { Said } from '../../catalog/consul/environment.ts';
import { readField, type FieldValue } from './field-kinds.ts';
import type { FieldKind, FieldRow } from './field-row.ts';

/** What one source (a file, the flags, the environment) says, by path; what is absent it does not say. */
export type FieldLayer = ReadonlyMap<string, Said<unknown>>;

/** What all sources together say: the value of each field, its default where nobody says one. */
export class FieldValues {
  readonly #rows: ReadonlyMap<string, FieldRow>;
  /** The strongest first. */
  readonly #layers: readonly FieldLayer[];

  constructor(rows: readonly FieldRow[], layers: readonly FieldLayer[]) {
    this.#rows = new Map(rows.map((row) => [row.path, row]));
    this.#layers = layers;
  }

  /** The value of a field of this kind; undefined where nobody gives one. Lists of texts add up, the weakest source first. */
  get<Kind extends FieldKind>(kind: Kind, path: string): FieldValue[Kind] | undefined {
    const row = this.#row(path);
    if (row.kind !== kind) throw new TypeError(`${path} is of the kind ${row.kind}`);
    if (kind === 'texts') return this.#added(path) as FieldValue[Kind] | undefined;
    const said = this.said(path);
    const value = said === undefined ? readDefault(row) : said.value;
    return value as FieldValue[Kind] | undefined;
  }

  /** The value of a field that has a default. */
  need<Kind extends FieldKind>(kind: Kind, path: string): FieldValue[Kind] {
    const value = this.get(kind, path);
    if (value === undefined) throw new TypeError(`${path} has no default`);
    return value;
  }

  /** What somebody says of a field, and who. */
  said(path: string): Said<unknown> | undefined {
    for (const layer of this.#layers) {
      const said = layer.get(path);
      if (said !== undefined) return said;
    }
    return undefined;
  }

  /** Everything below a section that somebody says, each by the strongest. */
  below(prefix: string): readonly (readonly [path: string, said: Said<unknown>])[] {
    return [...this.#rows.keys()].flatMap((path) => {
      const said = path.startsWith(`${prefix}.`) ? this.said(path) : undefined;
      return said === undefined ? [] : [[path, said] as const];
    });
  }

  #added(path: string): readonly string[] | undefined {
    const said = this.#layers.toReversed().flatMap((layer) => layer.get(path) ?? []);
    return said.length === 0 ? undefined : said.flatMap(({ value }) => value as readonly string[]);
  }

  #row(path: string): FieldRow {
    const row = this.#rows.get(path);
    if (row === undefined) throw new TypeError(`there is no field ${path}`);
    return row;
  }
}

function readDefault(row: FieldRow): unknown {
  return row.default === undefined ? undefined : readField(row.kind, row.default);
}
