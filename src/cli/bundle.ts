import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { joinHalves, type FirstHalf, type Require } from './halves.ts';

// Here, so that one file has all that runs before the program does.
export { EarlySignals } from './early-signals.ts';

/** A program that is compiled and not run yet. */
export interface Bundle {
  /** Whether the file's code cache was taken: what it holds was not compiled again. */
  readonly fromCache: boolean;
  /**
   * Runs it as `require` would, and returns what it exports; a second run is a new instance that shares what the first one compiled.
   * It asks for modules by `require`; without one, as a file in its place would.
   */
  run(require?: Require): unknown;
  /** A code cache of all that is compiled by now, as {@link openBundle} reads it. */
  makeCache(): Buffer;
}

/** Two CRC-32, of the file and of V8's data. */
const SEAL_BYTES = 8;

/**
 * Where the code cache of a file lies, for the V8 that runs this: V8 takes no other's. What V8 is built with or started with
 * may keep it from taking even this one.
 */
export function codeCachePath(bundlePath: string): string {
  return `${bundlePath}.v8-${process.versions.v8}-${process.arch}.cache`;
}

/**
 * Compiles a file that holds one function, of the parameters that CommonJS gives to a module, in ASCII. The code cache beside it
 * is taken if it is whole and belongs to the file; anything wrong with it only costs time. Never writes one: the folder may be
 * read-only, and what is loaded as code should not be writable by whoever runs it.
 */
export function openBundle(path: string): Bundle {
  const bytes = readFileSync(path);
  const cachedData = readCodeCache(path, bytes);
  // Not by an import: what holds signals is in this file, and has to be ready before these are loaded.
  const { Script } = process.getBuiltinModule('node:vm');
  const script = new Script(bytes.toString('latin1'), {
    filename: path,
    ...(cachedData && { cachedData }),
  });
  return {
    fromCache: cachedData !== undefined && script.cachedDataRejected === false,
    run(require = process.getBuiltinModule('node:module').createRequire(path)) {
      const module = { exports: {} };
      const body = script.runInThisContext() as (...given: unknown[]) => void;
      body(module.exports, require, module, path, dirname(path));
      return module.exports;
    },
    makeCache() {
      const data = script.createCachedData();
      return Buffer.concat([data, seal(bytes, data)]);
    },
  };
}

/** A program that can be started, and the files of it that were opened by now. */
export interface Program extends FirstHalf {
  readonly opened: ReadonlyMap<string, Bundle>;
}

/** Runs the program in this folder. `require` is asked for what is no part of it, with an absolute path where it lies beside it. */
export function openProgram(folder: string, require: Require): Program {
  const opened = new Map<string, Bundle>();
  const first = joinHalves(
    (file, requireIn) => {
      const bundle = openBundle(join(folder, file));
      opened.set(file, bundle);
      return bundle.run(requireIn);
    },
    (name) => require(name.startsWith('.') ? join(folder, name) : name),
  );
  return { ...first, opened };
}

/** V8 itself looks at little more than the length of both: a damaged cache would crash it, one of another file run that one's code. */
function readCodeCache(path: string, bundle: Buffer): Buffer | undefined {
  let sealed: Buffer;
  try {
    sealed = readFileSync(codeCachePath(path));
  } catch {
    return undefined;
  }
  const data = sealed.subarray(0, -SEAL_BYTES);
  return seal(bundle, data).equals(sealed.subarray(-SEAL_BYTES)) ? data : undefined;
}

function seal(bundle: Buffer, data: Buffer): Buffer {
  const { crc32 } = process.getBuiltinModule('node:zlib');
  const sums = Buffer.alloc(SEAL_BYTES);
  sums.writeUInt32LE(crc32(bundle), 0);
  sums.writeUInt32LE(crc32(data), 4);
  return sums;
}
