import { fileURLToPath } from 'node:url';

// From the root, so that it is found from a bundle as well (scripts/bundled.mjs).
const FIXTURES = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));

/** The path of a file under test/fixtures/. */
export function fixture(name: string): string {
  return FIXTURES + name;
}
