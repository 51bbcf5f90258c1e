import * as v from 'valibot';
import { parseConsulAddress } from '../catalog/consul/address.ts';
import { CONSISTENCIES, isReadsPattern, RELAXED_KINDS } from '../catalog/consul/options.ts';
import { ADDRESS_FORMS } from '../catalog/http/address.ts';
import { CONSUL_DEFAULTS } from './defaults.ts';
import { count, flag, map, oneOf, path, positiveDuration, setting, text } from './schema-words.ts';

const READS_PATTERN = `a kind (${RELAXED_KINDS.join(', ')}), or KIND(NAME)`;

const address = v.pipe(
  v.string(ADDRESS_FORMS),
  v.check((written) => parseConsulAddress(written) !== undefined, ADDRESS_FORMS),
  v.metadata({ kind: 'address' }),
);

/** TLS with a server. */
export const tlsSchema = map({
  ca: setting(path, { description: 'File with the certificates of the authorities to trust.' }),
  caPath: setting(path, { description: 'Folder whose files are all certificates to trust.' }),
  cert: setting(path, { description: 'File with the certificate that autotmpl shows the server.' }),
  key: setting(path, { description: 'File with the private key of `cert`.' }),
  serverName: setting(text, {
    description: "Name that the server's certificate must carry, where it is not the host's.",
  }),
  verify: setting(flag, {
    description: "`false`: the server's certificate is not checked. Only for tests.",
    default: true,
  }),
});

/** `catalog.consul`: how to reach and question a Consul agent. */
export const consulSchema = map({
  address: setting(address, {
    description:
      'Where the agent listens: `host:port`, `http://…`, `https://…` (each with an optional path prefix) or `unix:///path`. A bare host has port 8500.',
    default: CONSUL_DEFAULTS.address,
  }),
  token: setting(text, {
    description: 'ACL token. Better is `tokenFile`: a token in a config is easily shown.',
  }),
  tokenFile: setting(path, {
    description:
      'File that holds the ACL token; read again when it changes or when the agent refuses the token.',
  }),
  auth: setting(
    map({
      username: v.pipe(text, v.metadata({ description: 'User for HTTP basic authentication.' })),
      password: v.pipe(
        v.string('text'),
        v.metadata({ description: 'Password for HTTP basic authentication.' }),
      ),
    }),
    { description: 'HTTP basic authentication, for a proxy before the agent.' },
  ),
  namespace: setting(text, {
    description: 'Namespace of queries that name none (Consul Enterprise).',
  }),
  partition: setting(text, {
    description: 'Admin partition of queries that name none (Consul Enterprise).',
  }),
  tls: setting(tlsSchema, {
    description:
      'TLS. It is used where `address` says `https://` or names no scheme; an `http://` address stays unencrypted.',
  }),
  consistency: setting(oneOf(CONSISTENCIES), {
    description:
      "Who may answer a read: `default` is the leader; `stale` is any server, which is cheaper and some 80 ms behind; `cached` is the agent's cache for services, which many programs on one machine share, and the leader for the rest; `auto` is `stale` while the datacenter has 1,000 members or more, and else `default`.",
    default: CONSUL_DEFAULTS.consistency,
  }),
  consistencyOf: setting(
    v.pipe(
      v.record(v.pipe(v.string(), v.check(isReadsPattern, READS_PATTERN)), oneOf(CONSISTENCIES)),
      v.metadata({ kind: 'map of consistencies' }),
    ),
    {
      description:
        'Who may answer some queries in particular: by kind (`services: stale`), or by the name that `autotmpl status` shows, where `*` stands for any characters (`service(web*): cached`). The first that is about a query counts.',
    },
  ),
  maxStale: setting(positiveDuration, {
    description:
      'With `stale` and `cached`: an answer that is older is dropped, and the leader is asked.',
    default: CONSUL_DEFAULTS.maxStale,
  }),
  wait: setting(positiveDuration, {
    description: 'Longest time that the agent may hold one blocking query.',
    default: CONSUL_DEFAULTS.wait,
  }),
  maxConnections: setting(count, {
    description:
      'No more sockets than this are ever open to the agent, whatever for: queries, registrations, checks, locks.',
    default: CONSUL_DEFAULTS.maxConnections,
  }),
});
