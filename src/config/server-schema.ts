import * as v from 'valibot';
import { ADDRESS_FORMS, parseHttpAddress } from '../catalog/http/address.ts';
import { NOMAD_DEFAULTS, VAULT_DEFAULTS } from './defaults.ts';
import { tlsSchema } from './consul-schema.ts';
import { count, flag, map, path, positiveDuration, setting, text } from './schema-words.ts';

/** The port does not matter to whether it is an address. */
const ANY_PORT = 1;

const address = v.pipe(
  v.string(ADDRESS_FORMS),
  v.check((written) => parseHttpAddress(written, ANY_PORT) !== undefined, ADDRESS_FORMS),
  v.metadata({ kind: 'address' }),
);

const FRACTION_FORM = 'a number above 0 and below 1';

const fraction = v.pipe(
  v.number(FRACTION_FORM),
  v.gtValue(0, FRACTION_FORM),
  v.ltValue(1, FRACTION_FORM),
);

const kubernetesSchema = map({
  role: v.pipe(text, v.metadata({ description: 'Role to log in as.' })),
  mountPath: setting(text, {
    description: 'Where the auth method is mounted.',
    default: VAULT_DEFAULTS.kubernetesMountPath,
  }),
  serviceAccountTokenFile: setting(path, {
    description: "File with the service account's token; read anew for each login.",
    default: VAULT_DEFAULTS.serviceAccountTokenFile,
  }),
});

/** `catalog.vault`: how to reach Vault, and who we are to it. */
export const vaultSchema = map({
  address: setting(address, {
    description:
      'Where Vault listens: `https://host:8200`, `http://…`, `host:port` (with TLS) or `unix:///path`.',
    default: VAULT_DEFAULTS.address,
  }),
  namespace: setting(text, { description: 'Namespace (Vault Enterprise).' }),
  token: setting(text, {
    description:
      'Token. Better is `tokenFile`, or VAULT_TOKEN: a token in a config is easily shown. Without any, `~/.vault-token` is read, then the Kubernetes login made.',
  }),
  tokenFile: setting(path, {
    description:
      'File that a Vault agent keeps its token in: read again when it changes, never renewed by us. It wins over every other token.',
  }),
  unwrapToken: setting(flag, {
    description: '`token` is a wrapping token: the real one is unwrapped with it, once.',
    default: false,
  }),
  renewToken: setting(flag, {
    description:
      'Whether our own token is renewed. By default it is, unless there is a `tokenFile`.',
  }),
  defaultLeaseDuration: setting(positiveDuration, {
    description: 'When a secret without a lease is read again.',
    default: VAULT_DEFAULTS.leaseDuration,
  }),
  leaseRenewalThreshold: setting(fraction, {
    description:
      'Which part of a lease passes before a secret that cannot be renewed is read again, or a certificate issued anew.',
    default: VAULT_DEFAULTS.leaseRenewalThreshold,
  }),
  kubernetes: setting(kubernetesSchema, {
    description: 'Logs in with a Kubernetes service account, where no token is given.',
  }),
  tls: setting(tlsSchema, { description: 'TLS with Vault.' }),
  maxConnections: setting(count, {
    description: 'No more sockets than this are ever open to Vault.',
    default: VAULT_DEFAULTS.maxConnections,
  }),
});

/** `catalog.nomad`: how to reach a Nomad agent. */
export const nomadSchema = map({
  address: setting(address, {
    description:
      'Where the agent listens: `http://host:4646`, `https://…`, `host:port` or `unix:///path`.',
    default: NOMAD_DEFAULTS.address,
  }),
  token: setting(text, {
    description: 'ACL token. Better is `tokenFile`, or NOMAD_TOKEN.',
  }),
  tokenFile: setting(path, {
    description:
      'File that holds the ACL token; read again when it changes or when the agent refuses the token.',
  }),
  region: setting(text, { description: "Region of queries that name none: the agent's own." }),
  namespace: setting(text, {
    description: 'Namespace of queries that name none: `default`. `*` lists the services of all.',
  }),
  tls: setting(tlsSchema, { description: 'TLS with the agent.' }),
  wait: setting(positiveDuration, {
    description: 'Longest time that the agent may hold one blocking query.',
    default: NOMAD_DEFAULTS.wait,
  }),
  maxConnections: setting(count, {
    description: 'No more sockets than this are ever open to the agent.',
    default: NOMAD_DEFAULTS.maxConnections,
  }),
});
