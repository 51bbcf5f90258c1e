/** Leaves out what no program could reach, so that one bad entry of the catalog does not keep a file from all the others. */
import { isIP } from 'node:net';

import { cannot, takeRows } from './arguments.ts';
import type { FunctionScope } from './function.ts';
import { host, port } from './validators.ts';

/** A name is here to be looked for, and its writer may have made it as long as he likes. */
const SHOWN_CHARACTERS = 60;

type Row = Readonly<Partial<Record<'Address' | 'Port' | 'ID' | 'Name' | 'Node', unknown>>>;

/** The ways of WHATWG's URL to write the addresses of no machine. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '[::]', '[::ffff:0:0]']);

/**
 * Those of a list of instances, or of nodes, that a program can be told to reach: their address is what `host` accepts
 * (and not 0.0.0.0 or ::) and, where they have a port, that is what `port` accepts. With `kind` "address" a name does not
 * do: `service("sales") | reachable("address")` is for programs that refuse their whole file when they cannot resolve
 * one name in it, as nginx does. The others are left out, with a warning in the log, and are counted
 * (`autotmpl_target_left_out`); an instance without a port (0) is left out in silence.
 *
 * Consul checks neither addresses nor ports. `hostPort` refuses a bad one, and with it the whole file: that is right for
 * one service in its own file, and is a way for anybody who may register to stop everybody else's part of a shared one.
 */
export function reachable(
  scope: FunctionScope,
  kind: unknown,
  instances: unknown,
): readonly unknown[] {
  const [list, wanted] = instances === undefined ? [kind, 'host'] : [instances, kind];
  const rows: readonly Row[] = takeRows('reachable', 'instances', list, 'Address');
  if (wanted !== 'host' && wanted !== 'address') {
    throw cannot('reachable', 'kind must be "host" or "address"');
  }
  return rows.filter((row) => {
    if ('Port' in row && Number(row.Port) === 0) return false;
    const wrong = wrongWith(row, wanted);
    if (wrong !== undefined) scope.leaveOut(`${described(row)}: its ${wrong}`);
    return wrong === undefined;
  });
}

/** Whether a text is what `host` accepts: a DNS name, an IPv4 address, or an IPv6 address without brackets and zone. */
export function isHost(text: unknown): boolean {
  return accepts(host, text);
}

function wrongWith(row: Row, kind: 'host' | 'address'): string | undefined {
  const { Address } = row;
  if (!isHost(Address)) return 'address is no host';
  if (isUnspecified(String(Address))) return 'address is that of no machine';
  if (kind === 'address' && isIP(String(Address)) === 0) return 'address is a name';
  return 'Port' in row && !accepts(port, asPlain(row.Port)) ? 'port is none' : undefined;
}

/** Connecting there means this very machine, or for HAProxy wherever its client wanted to go: no instance is there. */
function isUnspecified(address: string): boolean {
  // Most addresses cost no more than this look.
  if (!/^[0:.f]+$/i.test(address) || isIP(address) === 0) return false;
  return UNSPECIFIED.has(
    new URL(`http://${address.includes(':') ? `[${address}]` : address}`).hostname,
  );
}

/** Go's integers are bigints. */
function asPlain(number: unknown): unknown {
  return typeof number === 'bigint' ? Number(number) : number;
}

function accepts(validate: (value: unknown) => string, value: unknown): boolean {
  try {
    validate(value);
    return true;
  } catch {
    return false;
  }
}

function described({ ID, Name, Node }: Row): string {
  return Name === undefined
    ? `the node ${shown(Node)}`
    : `the instance ${shown(ID)} of ${shown(Name)} on ${shown(Node)}`;
}

function shown(name: unknown): string {
  const text = String(name).replace(/[^ -~]/g, '?');
  return text.length > SHOWN_CHARACTERS
    ? `"${text.slice(0, SHOWN_CHARACTERS)}…"`
    : JSON.stringify(text);
}
