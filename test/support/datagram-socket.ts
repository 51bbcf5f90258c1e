import koffi from 'koffi';

import { waitUntil } from './wait-until.ts';

type KoffiFunction = ReturnType<ReturnType<typeof koffi.load>['func']>;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

/** A Unix socket that takes datagrams, as `/dev/log` does: Node has none. */
export class DatagramSocket {
  readonly #descriptor: number;
  readonly #receive: KoffiFunction;
  readonly #close: KoffiFunction;

  constructor(path: string) {
    const library = koffi.load(null);
    const socket = library.func('int socket(int domain, int type, int protocol)');
    const bind = library.func('int bind(int fd, const void *address, uint32_t size)');
    this.#receive = library.func('long recv(int fd, void *buffer, size_t size, int flags)');
    this.#close = library.func('int close(int fd)');
    this.#descriptor = Number(socket(AF_UNIX, SOCK_DGRAM, 0));
    const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(`${path}\0`)]);
    if (Number(bind(this.#descriptor, address, address.length)) !== 0) {
      throw new Error(`cannot listen at ${path}`);
    }
  }

  /** The next datagram, once it is there. */
  async next(): Promise<string> {
    const buffer = Buffer.alloc(65_536);
    let size = -1;
    await waitUntil(
      () => {
        size = Number(this.#receive(this.#descriptor, buffer, buffer.length, MSG_DONTWAIT));
        return size >= 0;
      },
      { timeoutMs: 10_000, what: 'a datagram' },
    );
    return buffer.subarray(0, size).toString();
  }

  close(): void {
    this.#close(this.#descriptor);
  }
}
