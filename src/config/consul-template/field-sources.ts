import { AutotmplError } from '../../core/errors.ts';
import { parseAuth, type Environment, type Said } from '../../catalog/consul/environment.ts';
import { parseQuietPeriod, QUIET_FORM } from '../quiet-text.ts';
import { readFlag, type RawFlags } from '../raw-flags.ts';
import { formOf, isUnsaid, readField } from './field-kinds.ts';
import type { FieldRow } from './field-row.ts';
import { FIELD_ROWS } from './field-table.ts';
import type { FieldLayer } from './field-values.ts';

/** Flags that say more than one field, and are read by themselves. */
const COMPOSED: readonly string[] = ['consul-auth', 'wait'];

/** What the flags say of consul-template's fields. Throws an AutotmplError (`usage`) for a value that is wrong. */
export function fieldsFromFlags(raw: RawFlags): FieldLayer {
  const layer = new Map<string, Said<unknown>>();
  for (const row of FIELD_ROWS) {
    const written = row.flag === undefined ? undefined : raw.get(row.flag);
    if (row.flag === undefined || written === undefined || COMPOSED.includes(row.flag)) continue;
    const value = flagValue(row, row.flag, raw, written);
    if (value !== undefined) layer.set(row.path, { value, origin: `-${row.flag}` });
  }
  const auth = raw.get('consul-auth')?.at(-1) ?? '';
  if (auth !== '') {
    const { username, password } = parseAuth(auth);
    layer.set('consul.auth.username', { value: username, origin: '-consul-auth' });
    layer.set('consul.auth.password', { value: password, origin: '-consul-auth' });
  }
  const quiet = readFlag(raw, 'wait', `${QUIET_FORM}, the second not less`, parseQuietPeriod);
  if (quiet !== undefined) {
    layer.set('wait.min', { value: quiet.minMs, origin: '-wait' });
    layer.set('wait.max', { value: quiet.maxMs, origin: '-wait' });
  }
  return layer;
}

function flagValue(
  row: FieldRow,
  flag: string,
  raw: RawFlags,
  written: readonly string[],
): unknown {
  // Each flag is one text of a list, commas and all.
  if (row.kind === 'texts') return written;
  if (isUnsaid(row.kind, written.at(-1))) return undefined;
  return readFlag(raw, flag, formOf(row.kind), (text) => readField(row.kind, text));
}

/** What the environment says of them; an empty variable says nothing. Throws an AutotmplError (`config`) for a value that is wrong. */
export function fieldsFromEnvironment(environment: Environment): FieldLayer {
  const layer = new Map<string, Said<unknown>>();
  for (const { path, kind, variables = [] } of FIELD_ROWS) {
    const variable = variables.find((name) => (environment[name] ?? '') !== '');
    if (variable === undefined) continue;
    const value = readField(kind, environment[variable]);
    if (value === undefined) {
      throw new AutotmplError('config', `${variable}: expected ${formOf(kind)}`);
    }
    layer.set(path, { value, origin: variable });
  }
  const skip = environment.VAULT_SKIP_VERIFY ?? '';
  if (skip !== '') {
    const value = readField('flag', skip) !== true;
    layer.set('vault.ssl.verify', { value, origin: 'VAULT_SKIP_VERIFY' });
  }
  return layer;
}
