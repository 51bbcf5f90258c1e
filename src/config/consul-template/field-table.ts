import type { FieldRow } from './field-row.ts';
import { PROGRAM_ROWS } from './program-rows.ts';
import { SERVER_ROWS } from './server-rows.ts';

/** Every field of a config of consul-template's but those of its templates. */
export const FIELD_ROWS: readonly FieldRow[] = [...SERVER_ROWS, ...PROGRAM_ROWS];
