import { loadKoffi } from '../../src/process/libc.ts';
import { waitUntil } from './wait-until.ts';

const koffi = await loadKoffi();

type KoffiFunction = (...args: unknown[]) => unknown;

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT = 0x40;
const LARGEST = 65_536;

/** A Unix socket that takes datagrams, as `/dev/log` and systemd's do: Node has none. A path that begins with `@` is an abstract name. */
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
    this.#descriptor = Number(socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0));
    const name = path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`;
    const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(name)]);
    if (Number(bind(this.#descriptor, address, address.length)) !== 0) {
      throw new Error(`cannot listen at ${path}`);
    }
  }

  /** All that is there, a text a datagram. Neither waits nor lets anything else happen. */
  receive(): string[] {
    const texts: string[] = [];
    for (let text = this.#take(); text !== undefined; text = this.#take()) texts.push(text);
    return texts;
  }

  /** The next datagram, once it is there. */
  async next(): Promise<string> {
    let text: string | undefined;
    await waitUntil(
      () => {
        text = this.#take();
        return text !== undefined;
      },
      { timeoutMs: 10_000, what: 'a datagram' },
    );
    return text ?? '';
  }

  close(): void {
    this.#close(this.#descriptor);
  }

  #take(): string | undefined {
    const buffer = Buffer.alloc(LARGEST);
    const size = Number(this.#receive(this.#descriptor, buffer, buffer.length, MSG_DONTWAIT));
    return size < 0 ? undefined : buffer.subarray(0, size).toString();
  }
}
