import { setImmediate as nextTurn } from 'node:timers/promises';

import { jsonParts } from '../http/json-parts.ts';
import { parseJson } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';
import { freezeValue, type Value } from '../values.ts';
import type { RequestPlan } from './request-plan.ts';

/** A shorter body is read in less than ten milliseconds. */
const LONG_BYTES = 256 * 1024;
/** Nobody else of the program waits much longer: several answers may be read by turns. */
const SLICE_MS = 5;

/**
 * The value of a good reply, frozen. What is long is read in slices, between which the rest of the program has its turn. Throws or
 * rejects with a ShapeError where the body is not what it should be, and rejects with the signal's reason.
 */
export function readValue(
  { read, join }: Pick<RequestPlan, 'read' | 'join'>,
  { status, body }: Pick<HttpReply, 'status' | 'body'>,
  signal: AbortSignal,
): Value | Promise<Value> {
  if (status === 404) return freezeValue(read(null));
  if (join === undefined || body.length < LONG_BYTES) return freezeValue(read(parseJson(body)));
  return readInSlices(body, (part) => freezeValue(read(part)) as readonly never[], join, signal);
}

async function readInSlices(
  body: Buffer,
  read: (part: unknown) => readonly never[],
  join: NonNullable<RequestPlan['join']>,
  signal: AbortSignal,
): Promise<Value> {
  const items: never[] = [];
  let startedAt = performance.now();
  for (const part of jsonParts(body)) {
    for (const item of read(part)) items.push(item);
    if (performance.now() - startedAt < SLICE_MS) continue;
    await nextTurn(undefined, { signal });
    startedAt = performance.now();
  }
  return Object.freeze(join(items));
}
