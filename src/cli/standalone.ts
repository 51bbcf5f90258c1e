import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import { EMBEDDED_ROOT } from '../core/embedded.ts';
import { EarlySignals } from './early-signals.ts';
import { joinHalves, type Require } from './halves.ts';

/**
 * Where the program that is one file begins: it runs what `bin/autotmpl.js` runs, from the files that are a part of the
 * executable. The build (`scripts/standalone.mjs`) puts `dist/` and `templates/` into it under their own names.
 */

type CommonModule = (
  exports: object,
  require: Require,
  module: { exports: unknown },
  path: string,
  folder: string,
) => void;

const PROGRAM = 'dist/cli';
const NATIVE = 'native.node';

const loaded = new Map<string, unknown>();

function bytesOf(asset: string): Buffer {
  return Buffer.from(getRawAsset(asset) as ArrayBuffer);
}

function textOf(asset: string): string {
  return bytesOf(asset).toString('latin1');
}

/** Runs a file of the executable as `require` would; it asks for modules by what is given, or by ours. */
function load(asset: string, text: string, cachedData?: Buffer, require?: Require): unknown {
  const path = join(EMBEDDED_ROOT, asset);
  const script = new Script(text, { filename: path, ...(cachedData && { cachedData }) });
  const module = { exports: {} as unknown };
  const body = script.runInThisContext() as CommonModule;
  const folder = dirname(path);
  body(
    module.exports as object,
    require ?? ((name) => requireFrom(folder, name)),
    module,
    path,
    folder,
  );
  return module.exports;
}

/** What the program asks for: a package that lies beside it in the executable, the native module, or one of Node's own. */
function requireFrom(folder: string, name: string): unknown {
  if (name.startsWith('@koromix/koffi-')) return once(name, loadNative);
  // Who asks for a `require` of its own gets ours.
  if (/^(?:node:)?module$/.test(name)) return { createRequire: () => requirePackage };
  if (!name.startsWith('.')) return process.getBuiltinModule(name) ?? requirePackage(name);
  return loadOnce(normalize(join(folder, name)).slice(EMBEDDED_ROOT.length + 1));
}

function requirePackage(name: string): unknown {
  return loadOnce(`dist/packages/${name}.cjs`);
}

function loadOnce(asset: string): unknown {
  const wrap = (text: string): string =>
    `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
  return once(asset, () => load(asset, wrap(textOf(asset))));
}

function once(name: string, make: () => unknown): unknown {
  if (!loaded.has(name)) loaded.set(name, make());
  return loaded.get(name);
}

/** The system loads native code from files only, so for a moment there is one, which nobody else can write to. */
function loadNative(): unknown {
  const bytes = bytesOf(NATIVE);
  // The first that can be written to and run from. Few runs need this, so that the module is not loaded for all.
  const places = ['/dev/shm', '/run', process.getBuiltinModule('os').tmpdir()];
  let reason: unknown;
  for (const place of places) {
    let folder: string | undefined;
    try {
      folder = mkdtempSync(join(place, 'autotmpl-'));
      const path = join(folder, NATIVE);
      writeFileSync(path, bytes, { mode: 0o500, flag: 'wx' });
      const module = { exports: {} };
      process.dlopen(module, path);
      return module.exports;
    } catch (error) {
      reason = error;
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  }
  throw reason;
}

// Before anything else, as in bin/autotmpl.js.
const early = new EarlySignals();
const { start } = joinHalves(
  (file, require) => {
    const asset = `${PROGRAM}/${file}`;
    return load(asset, textOf(asset), bytesOf(`${asset}.cache`), require);
  },
  (name) => requireFrom(join(EMBEDDED_ROOT, PROGRAM), name),
);
start(early);
