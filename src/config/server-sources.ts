import type { Environment } from '../catalog/consul/environment.ts';
import type { FieldLayer } from './consul-template/field-values.ts';
import type { CheckedDocument } from './read-config.ts';

/** What decides where Vault and Nomad are. */
export interface ServerSources {
  readonly documents: readonly CheckedDocument[];
  /** What the flags say of consul-template's fields. */
  readonly flags: FieldLayer;
  readonly environment: Environment;
  readonly cwd: string;
}

/** Whether anything speaks of them, so that those who have neither need not be asked. */
export function hasServers({ documents, flags, environment }: ServerSources): boolean {
  return (
    documents.some(
      ({ content: { catalog } }) => (catalog?.vault ?? catalog?.nomad) !== undefined,
    ) ||
    [...flags.keys()].some((path) => /^(?:vault|nomad)\./.test(path)) ||
    [environment.VAULT_ADDR, environment.NOMAD_ADDR].some((address) => (address ?? '') !== '')
  );
}
