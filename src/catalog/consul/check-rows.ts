import { Slices } from '../../core/slices.ts';
import { jsonParts } from '../http/json-parts.ts';
import { asList, asRecord } from '../http/shapes.ts';

/** One check in the catalog, as far as it tells what changed. */
interface CheckRow {
  readonly node: string;
  /** Empty for a check of the whole node. */
  readonly service: string;
  /** The index at which it last changed. */
  readonly index: number;
}

/** What became of the checks between two answers. */
export interface CheckChanges {
  /** Names of the services, in small letters, one of whose checks came, went or changed, or whose node's did as far as is known. */
  readonly services: ReadonlySet<string>;
  /** Whether the check of a whole node changed: then services without checks are concerned too. */
  readonly ofNode: boolean;
  /** Whether some are gone; they leave no index. */
  readonly gone: boolean;
  /** The indexes of those that came or changed. */
  readonly indexes: ReadonlySet<number>;
}

/** Knows all checks of the catalog, and tells which services a further answer says something new about. */
export class CheckRows {
  #rows = new Map<string, CheckRow>();

  /** The nodes that have checks; an agent's own always has one. */
  get nodes(): ReadonlySet<string> {
    return new Set([...this.#rows.values()].map(({ node }) => node));
  }

  /** Takes the body of `/v1/health/state/any`, in slices. Rejects with a ShapeError for what is none, or with the signal's reason. */
  async take(body: Buffer, signal: AbortSignal): Promise<CheckChanges> {
    const slices = new Slices(signal);
    const rows = await readRows(body, slices);
    const changes = this.#compare(rows);
    this.#rows = rows;
    return changes;
  }

  #compare(rows: ReadonlyMap<string, CheckRow>): CheckChanges {
    const services = new Set<string>();
    const nodes = new Set<string>();
    const indexes = new Set<number>();
    let gone = false;
    const note = ({ node, service }: CheckRow): void => {
      if (service === '') nodes.add(node);
      else services.add(service);
    };
    for (const [id, row] of rows) {
      const before = this.#rows.get(id);
      if (before?.index === row.index && before.service === row.service) continue;
      note(row);
      if (before !== undefined) note(before);
      indexes.add(row.index);
    }
    for (const [id, row] of this.#rows) {
      if (rows.has(id)) continue;
      note(row);
      gone = true;
    }
    if (nodes.size > 0) {
      for (const { node, service } of rows.values()) {
        if (service !== '' && nodes.has(node)) services.add(service);
      }
    }
    return { services, ofNode: nodes.size > 0, gone, indexes };
  }
}

async function readRows(body: Buffer, slices: Slices): Promise<Map<string, CheckRow>> {
  const rows = new Map<string, CheckRow>();
  for (const part of jsonParts(body)) {
    for (const one of asList(part, 'the checks')) {
      const { Node, CheckID, ServiceName, ModifyIndex } = asRecord(one, 'a check');
      const service = typeof ServiceName === 'string' ? ServiceName.toLowerCase() : '';
      const index = typeof ModifyIndex === 'number' ? ModifyIndex : 0;
      rows.set(`${String(Node)}\0${String(CheckID)}`, { node: String(Node), service, index });
    }
    if (slices.isOver) await slices.turn();
  }
  return rows;
}
