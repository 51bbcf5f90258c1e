import { mergeSorted } from '../../core/merge-sorted.ts';
import { isSameData } from '../../core/same-data.ts';
import { Slices } from '../../core/slices.ts';
import { jsonParts, jsonPartsWithin } from '../http/json-parts.ts';
import { parseJson } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';
import { freezeValue, type Value } from '../values.ts';
import type { PartedReading, RequestPlan } from './request-plan.ts';

/** A shorter body is read in less than ten milliseconds. */
const LONG_BYTES = 256 * 1024;

type Items = readonly unknown[];
type Order = (first: unknown, second: unknown) => number;

/**
 * The value of a good reply, frozen. What is long is read in slices, between which the rest of the program has its turn; items that are as they were in
 * the `known` value are the same objects then, so that the two are compared at a glance. Throws or
 * rejects with a ShapeError where the body is not what it should be, and rejects with the signal's reason.
 */
export function readValue(
  { read, inParts }: Pick<RequestPlan, 'read' | 'inParts'>,
  { status, body }: Pick<HttpReply, 'status' | 'body'>,
  signal: AbortSignal,
  known?: Value,
): Value | Promise<Value> {
  if (status === 404) return freezeValue(read(null));
  if (inParts === undefined || body.length < LONG_BYTES) return freezeValue(read(parseJson(body)));
  const slices = new Slices(signal);
  return inParts.within === undefined
    ? readList(jsonParts(body), read, inParts, slices, (known ?? []) as unknown as Items)
    : readWithin(body, inParts, inParts.within, slices, known);
}

async function readWithin(
  body: Buffer,
  inParts: PartedReading,
  { name, read, itemsOf, whole }: NonNullable<PartedReading['within']>,
  slices: Slices,
  known: Value | undefined,
): Promise<Value> {
  const rest: Record<string, unknown> = {};
  function* inside(): Generator<unknown> {
    for (const { isInside, value } of jsonPartsWithin(body, name)) {
      if (isInside) yield value;
      else Object.assign(rest, value);
    }
  }
  const before = known === undefined || known === null ? [] : itemsOf(known);
  const items = await readList(inside(), read as RequestPlan['read'], inParts, slices, before);
  return Object.freeze(whole(rest, items as unknown as Items));
}

async function readList(
  bodyParts: Iterable<unknown>,
  read: RequestPlan['read'],
  { order, isUnique = false }: PartedReading,
  slices: Slices,
  known: Items,
): Promise<Value> {
  const parts: Items[] = [];
  for (const part of bodyParts) {
    parts.push(freezeValue(read(part)) as unknown as Items);
    if (slices.isOver) await slices.turn();
  }
  const sorted =
    order === undefined ? parts.flat() : await mergeSorted(parts, order as Order, slices);
  const items = isUnique ? lastOfEach(sorted, order as Order) : sorted;
  return (await withKnown(items, known, order as Order, slices)) as unknown as Value;
}

function lastOfEach(items: Items, order: Order): Items {
  return items.filter((item, at) => at + 1 === items.length || order(item, items[at + 1]) !== 0);
}

/** The items, each as the known object where it is the same; the known list where all of them are. */
async function withKnown(
  items: Items,
  known: Items,
  order: Order | undefined,
  slices: Slices,
): Promise<Items> {
  const mixed: unknown[] = [];
  let at = 0;
  let areKnown = items.length === known.length;
  for (const item of items) {
    while (order !== undefined && at < known.length && order(known[at], item) < 0) at += 1;
    const isKnown = at < known.length && isSameData(known[at], item);
    mixed.push(isKnown ? known[at] : item);
    areKnown &&= isKnown;
    if (isKnown || order === undefined) at += 1;
    if (slices.isOver) await slices.turn();
  }
  return areKnown ? known : Object.freeze(mixed);
}
