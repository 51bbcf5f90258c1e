import {
  asNumber,
  asRecord,
  asText,
  asTextList,
  asTexts,
  ShapeError,
  type JsonRecord,
} from '../http/shapes.ts';
import type { VaultAuth, VaultSecret, VaultWrapInfo } from '../vault-facts.ts';

/** Reads the frame that Vault puts around every answer (https://developer.hashicorp.com/vault/api-docs#api-operations). */
export function readSecret(body: unknown): VaultSecret {
  const answer = asRecord(body, 'the answer');
  return {
    RequestID: asText(answer.request_id, 'the request ID'),
    LeaseID: asText(answer.lease_id, 'the lease ID'),
    LeaseDuration: asNumber(answer.lease_duration, 'the lease duration'),
    Renewable: answer.renewable === true,
    Data: asRecord(answer.data, 'the data'),
    Warnings: asTextList(answer.warnings, 'the warnings', 'a warning'),
    Auth: readAuth(answer.auth),
    WrapInfo: readWrapInfo(answer.wrap_info),
  };
}

/** The names of a list, sorted. */
export function readKeys(body: unknown): readonly string[] {
  const { keys } = asRecord(asRecord(body, 'the answer').data, 'the data');
  return asTextList(keys, 'the list of names', 'a name').toSorted();
}

/** Whether the answer is of KV version 2, and tells of a version that was deleted. */
export function isDeleted({ Data }: VaultSecret, nowMs: number): boolean {
  const metadata = Data['metadata'];
  if (typeof metadata !== 'object' || metadata === null) return false;
  const { deletion_time: time, destroyed } = metadata as JsonRecord;
  if (destroyed === true && Data['data'] === null) return true;
  return typeof time === 'string' && time !== '' && Date.parse(time) <= nowMs;
}

/** The text under a name of an answer that cannot do without it. */
export function requireText(record: JsonRecord, name: string, what: string): string {
  const text = asText(record[name], what);
  if (text === '') throw new ShapeError(`${what} is missing`);
  return text;
}

function readAuth(value: unknown): VaultAuth | null {
  if (value === undefined || value === null) return null;
  const auth = asRecord(value, 'the login');
  return {
    ClientToken: asText(auth.client_token, "the login's token"),
    Accessor: asText(auth.accessor, "the login's accessor"),
    Policies: asTextList(auth.policies, "the login's policies", 'a policy'),
    Metadata: asTexts(auth.metadata, "the login's metadata"),
    LeaseDuration: asNumber(auth.lease_duration, "the login's lease duration"),
    Renewable: auth.renewable === true,
  };
}

function readWrapInfo(value: unknown): VaultWrapInfo | null {
  if (value === undefined || value === null) return null;
  const info = asRecord(value, 'the wrapping');
  return {
    Token: asText(info.token, "the wrapping's token"),
    TTL: asNumber(info.ttl, "the wrapping's TTL"),
    CreationTime: asText(info.creation_time, "the wrapping's time"),
    WrappedAccessor: asText(info.wrapped_accessor, "the wrapping's accessor"),
  };
}
