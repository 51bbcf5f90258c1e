import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** Undoes what was done to the network. */
export type Undo = () => void;

/** A direction of packets: from an address to another, of which one may be any, and a port at one of the two ends. */
export interface Flow {
  readonly from?: string;
  readonly to?: string;
  readonly fromPort?: number;
  readonly toPort?: number;
}

/** Like an Ethernet's: whole segments of 64 kB would not go through a slow line at all. */
const MTU = 1500;
/** Of a slow line, and how many packets may wait before it; what comes then is lost. */
const SLOW_RATE = '400kbit';
const SLOW_QUEUE = '12';

/**
 * The loopback network of a namespace of our own: agents have addresses in 127.0.0.0/8. Packets are dropped by IPsec policies, which
 * every kernel has that has any firewall, and slowed by a queue. Throws where this kernel has no such thing.
 */
export class Network {
  constructor(addresses: readonly string[]) {
    ip('link', 'set', 'lo', 'mtu', String(MTU));
    ip('link', 'set', 'lo', 'up');
    for (const address of addresses) ip('address', 'add', `${address}/32`, 'dev', 'lo');
    // Policies hold on loopback only where it is asked for.
    writeFileSync('/proc/sys/net/ipv4/conf/lo/disable_policy', '0');
    this.#mustHave('drop packets', () => this.drop([{ to: '127.0.0.254' }])());
    this.#mustHave('slow packets', () => this.slow('127.0.0.254')());
  }

  /** Loses every packet of these flows, without a word to anybody. */
  drop(flows: readonly Flow[]): Undo {
    const selectors = flows.map(selectorOf);
    for (const selector of selectors) {
      ip('xfrm', 'policy', 'add', 'dir', 'in', ...selector, 'action', 'block');
    }
    return () => {
      for (const selector of selectors) ip('xfrm', 'policy', 'delete', 'dir', 'in', ...selector);
    };
  }

  /** Lets packets to and from an address wait for each other, and loses those that find no place to wait. */
  slow(address: string): Undo {
    tc('qdisc', 'add', 'dev', 'lo', 'root', 'handle', '1:', 'htb', 'default', '10', 'r2q', '1000');
    tc(...under('class', '1:', 'classid', '1:10', 'htb', 'rate', '10gbit'));
    tc(...under('class', '1:', 'classid', '1:20', 'htb', 'rate', SLOW_RATE, 'quantum', '1500'));
    tc(...under('qdisc', '1:20', 'pfifo', 'limit', SLOW_QUEUE));
    for (const end of ['src', 'dst']) {
      const match = ['match', 'ip', end, `${address}/32`, 'flowid', '1:20'];
      tc(...under('filter', '1:', 'protocol', 'ip', 'u32', ...match));
    }
    return () => tc('qdisc', 'delete', 'dev', 'lo', 'root');
  }

  #mustHave(what: string, probe: () => void): void {
    try {
      probe();
    } catch (error) {
      const why = (error as Error).message.split('\n').slice(0, 3).join(' ');
      throw new Error(
        `this kernel cannot ${what} for us (${why}): the chaos run needs iproute2 and the kernel's xfrm, htb and u32 (modprobe xfrm_user sch_htb cls_u32)`,
        { cause: error },
      );
    }
  }
}

function selectorOf({ from, to, fromPort, toPort }: Flow): string[] {
  return [
    ...(from === undefined ? [] : ['src', `${from}/32`]),
    ...(to === undefined ? [] : ['dst', `${to}/32`]),
    ...(fromPort === undefined && toPort === undefined ? [] : ['proto', 'tcp']),
    ...(fromPort === undefined ? [] : ['sport', String(fromPort)]),
    ...(toPort === undefined ? [] : ['dport', String(toPort)]),
  ];
}

function under(kind: string, parent: string, ...words: string[]): string[] {
  return [kind, 'add', 'dev', 'lo', 'parent', parent, ...words];
}

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] });
}

function tc(...words: string[]): void {
  execFileSync('tc', words, { stdio: ['ignore', 'pipe', 'pipe'] });
}
