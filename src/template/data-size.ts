import { CHARACTERS_AN_ITEM } from './limits.ts';

/** How much work it is to go through plain data, a tree in which nothing is there twice: one for each item and entry in depth, and one for each 64 characters. */
export function sizeOfData(data: unknown): number {
  if (typeof data === 'string') return sizeOfText(data);
  if (typeof data !== 'object' || data === null) return 1;
  let size = 1;
  for (const item of Array.isArray(data) ? (data as unknown[]) : Object.values(data)) {
    size += sizeOfData(item);
  }
  return size;
}

/** The same of a text. */
export function sizeOfText(text: string): number {
  return 1 + Math.floor(text.length / CHARACTERS_AN_ITEM);
}
