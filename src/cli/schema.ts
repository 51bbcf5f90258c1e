import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readEmbedded } from '../core/embedded.ts';

/** Made by the build from the one schema in code; lies beside the built program. */
const SCHEMA_FILE = fileURLToPath(new URL('../config.schema.json', import.meta.url));

/** The config's JSON Schema. */
export async function schemaText(): Promise<string> {
  return readEmbedded(SCHEMA_FILE) ?? readFile(SCHEMA_FILE, 'utf8');
}
