/** The few functions of the system's C library that Node has no way to. */
export interface Libc {
  /** Asks for the exit of a child that has ended (waitpid(2) with WNOHANG), so that the system forgets it; returns whether there was one. */
  reap(pid: number): boolean;
  /** Sends one datagram to a Unix socket; a path that begins with `@` is an abstract one (unix(7)). Returns whether it was sent. */
  sendDatagram(path: string, text: string): boolean;
}

const WNOHANG = 1;
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_NOSIGNAL = 0x4000;
/** `sun_path` of sockaddr_un, behind two bytes for the family. */
const PATH_OFFSET = 2;
const LONGEST_PATH = 108;

/**
 * Loads the C library by koffi, a foreign function interface that comes with prebuilt binaries; undefined where there is none for
 * this system, or koffi was left out of the installation. Takes about 10 ms: call it where it is needed only.
 */
export async function loadLibc(): Promise<Libc | undefined> {
  try {
    const library = (await loadKoffi()).load(null);
    const waitpid = library.func('int waitpid(int pid, void *status, int options)');
    const socket = library.func('int socket(int domain, int type, int protocol)');
    const close = library.func('int close(int fd)');
    const sendto = library.func(
      'long sendto(int fd, const void *text, size_t size, int flags, const void *address, uint32_t addressSize)',
    );
    return {
      reap: (pid) => waitpid(pid, null, WNOHANG) === pid,
      sendDatagram: (path, text) => {
        const address = unixAddress(path);
        const fd = Number(socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0));
        if (address === undefined || fd < 0) return false;
        const bytes = Buffer.from(text);
        try {
          const sent: unknown = sendto(
            fd,
            bytes,
            bytes.length,
            MSG_NOSIGNAL,
            address,
            address.length,
          );
          return Number(sent) === bytes.length;
        } finally {
          close(fd);
        }
      },
    };
  } catch {
    return undefined;
  }
}

/** What we use of koffi. */
export interface Koffi {
  load(library: null): { func(declaration: string): (...args: unknown[]) => unknown };
}

/** The package with koffi's binary for this system. Rejects where there is none. koffi itself only looks for it, and would run a script when it is installed. */
export async function loadKoffi(): Promise<Koffi> {
  const binary: unknown = await (process.arch === 'arm64'
    ? import('@koromix/koffi-linux-arm64')
    : import('@koromix/koffi-linux-x64'));
  return (binary as { readonly default: Koffi }).default;
}

/** A sockaddr_un; undefined for a path that is too long for one. */
function unixAddress(path: string): Buffer | undefined {
  const name = Buffer.from(path);
  if (name.length >= LONGEST_PATH) return undefined;
  // An abstract name begins with a null byte, and is as long as it is; a path ends with one.
  const abstract = path.startsWith('@');
  const address = Buffer.alloc(PATH_OFFSET + name.length + (abstract ? 0 : 1));
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, PATH_OFFSET);
  if (abstract) address[PATH_OFFSET] = 0;
  return address;
}
