import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** One end of a connection, as the kernel has it. */
export interface SocketEnd {
  readonly local: string;
  readonly localPort: number;
  readonly peer: string;
  readonly peerPort: number;
  /** Sent and received, without headers. */
  readonly bytes: number;
}

/** All connections of this network that are established. */
export async function readSockets(): Promise<SocketEnd[]> {
  const { stdout } = await promisify(execFile)('ss', ['-tinHO', 'state', 'established'], {
    maxBuffer: 2 ** 28,
  });
  return parseSockets(stdout);
}

/** Reads what `ss -tinHO` prints: a line for each end. */
export function parseSockets(text: string): SocketEnd[] {
  return text.split('\n').flatMap((line) => {
    const ends = /(\d+\.\d+\.\d+\.\d+):(\d+)\s+(\d+\.\d+\.\d+\.\d+):(\d+)/.exec(line);
    if (ends === null) return [];
    const [, local = '', localPort, peer = '', peerPort] = ends;
    const count = (name: string) => Number(new RegExp(`\\b${name}:(\\d+)`).exec(line)?.[1] ?? '0');
    return [
      {
        ...{ local, localPort: Number(localPort), peer, peerPort: Number(peerPort) },
        bytes: count('bytes_sent') + count('bytes_received'),
      },
    ];
  });
}

/** Sums up what went over connections, each from when it was first seen; a connection that ends counts until it was last seen. */
export class SocketCounts {
  readonly #seen = new Map<
    string,
    { readonly end: SocketEnd; readonly from: number; bytes: number }
  >();
  #isFirst = true;
  #open: readonly SocketEnd[] = [];

  /** Takes the connections as they are now. What was there the first time counts from then on, what comes later from its beginning. */
  take(ends: readonly SocketEnd[]): void {
    for (const end of ends) {
      const key = `${end.local}:${end.localPort} ${end.peer}:${end.peerPort}`;
      const known = this.#seen.get(key);
      if (known !== undefined) known.bytes = end.bytes;
      else this.#seen.set(key, { end, from: this.#isFirst ? end.bytes : 0, bytes: end.bytes });
    }
    this.#isFirst = false;
    this.#open = ends;
  }

  /** How many bytes went over those that are chosen. */
  bytes(chosen: (end: SocketEnd) => boolean): number {
    let sum = 0;
    for (const { end, from, bytes } of this.#seen.values()) if (chosen(end)) sum += bytes - from;
    return sum;
  }

  /** How many of those that are chosen were open the last time. */
  open(chosen: (end: SocketEnd) => boolean): number {
    return this.#open.filter(chosen).length;
  }
}
