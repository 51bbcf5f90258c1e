/**
 * Builds the program in two files: what a plain `-once` needs, and the rest, which is read when something of it is first asked
 * for. Each module is in one of them only, whichever way it is reached, so that there is one of each class and of each state.
 */
import { build } from 'esbuild';
import { join, relative } from 'node:path';

const ENTRY = 'src/cli/main.ts';
/** Loaded late, and yet by most runs: it lies in the first file, and is not run before it is asked for. */
const ALONG = ['src/template/nunjucks/engine.ts'];
/** What a module of the first file imports and most runs do without. Only functions and classes may be used of them, and none while modules are loaded. */
const LATE = [
  'src/catalog/consul/collapse/group.ts',
  'src/catalog/consul/locks.ts',
  'src/catalog/consul/registrar.ts',
  'src/catalog/consul/sharing.ts',
  'src/catalog/file/index.ts',
  'src/catalog/http/certificates.ts',
  'src/catalog/http/http2/sessions.ts',
  'src/catalog/kept/kept-catalog.ts',
  'src/catalog/nomad/index.ts',
  'src/catalog/shared/index.ts',
  'src/catalog/vault/index.ts',
  'src/cli/read-words.ts',
  'src/cli/rotating-file.ts',
  'src/daemon/syslog.ts',
  'src/output/mask.ts',
  'src/process/capture.ts',
  'src/process/command.ts',
  'src/renderer/guard/guard.ts',
  'src/renderer/rolling/ask.ts',
  'src/template/nunjucks/pattern.ts',
  'src/template/nunjucks/reads.ts',
  'src/template/nunjucks/sprig-functions.ts',
];
const LATE_NAMESPACE = 'late';

/** Returns the texts of both files by their names. `shared` are esbuild's settings for all that is built. */
export async function buildHalves(shared) {
  const root = shared.absWorkingDir;
  const asked = new Set();
  const met = new Set();
  const first = await build({
    ...settings(shared, [lateModules(root, met), dynamicImports(root, asked)]),
    ...{ entryPoints: { main: ENTRY }, metafile: true },
  });
  const unmet = LATE.filter((name) => !met.has(name));
  if (unmet.length > 0) throw new Error(`the first file does not import ${unmet.join(', ')}`);
  const inFirst = new Set(Object.keys(first.metafile.inputs));
  const used = new Set();
  const rest = await build({
    ...settings(shared, [modulesOf(root, inFirst, used)]),
    stdin: source(root, restEntry(asked)),
  });
  const main = await build({
    ...settings(shared, [lateModules(root, met), dynamicImports(root, asked)]),
    stdin: source(root, await mainEntry(shared, first.metafile, used)),
  });
  return { main: main.outputFiles[0].text, rest: rest.outputFiles[0].text };
}

function settings(shared, plugins) {
  return { ...shared, outdir: 'dist/cli', plugins: [...plugins, ...shared.plugins] };
}

function source(root, contents) {
  return { contents, resolveDir: root, loader: 'js' };
}

/** Leaves an `import()` of a module of ours to the rest, but for those that lie in the first file. */
function dynamicImports(root, asked) {
  return {
    name: 'what is asked for late',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        const name = relative(root, join(resolveDir, path));
        if (ALONG.includes(name)) return undefined;
        asked.add(name);
        return { path: `rest:${name}`, external: true };
      });
    },
  };
}

/** Puts in place of each late module one that asks the rest for it when something of it is first used. */
function lateModules(root, met) {
  return {
    name: 'late modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        const name = relative(root, join(resolveDir, path));
        if (kind !== 'import-statement' || !LATE.includes(name)) return undefined;
        met.add(name);
        return { path: name, namespace: LATE_NAMESPACE };
      });
      onResolve({ filter: /^rest:/ }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace: LATE_NAMESPACE }, ({ path }) => ({
        contents: `const get = (_, name) => name === '__esModule' ? undefined : require('rest:${path}')[name];
          module.exports = Object.create(new Proxy({}, { get }));`,
        loader: 'js',
      }));
    },
  };
}

/** Has the rest take the modules of the first file from there. */
function modulesOf(root, inFirst, used) {
  return {
    name: 'what the first file has',
    setup({ onResolve, ...plugin }) {
      onResolve({ filter: /.*/ }, async ({ path, ...how }) => {
        if (how.pluginData === 'resolving' || how.kind === 'entry-point') return undefined;
        const found = await plugin.resolve(path, { ...how, pluginData: 'resolving' });
        const name = relative(root, found.path);
        if (found.external || found.namespace !== 'file' || !inFirst.has(name)) return found;
        used.add(name);
        return { path: `main:${name}`, external: true };
      });
    },
  };
}

/** The rest answers for each module that it is asked for. */
function restEntry(asked) {
  const names = [...new Set([...asked, ...LATE])].sort();
  const cases = names.map((name) => `case '${name}': return require('./${name}');`);
  return `export function load(name) { switch (name) { ${cases.join('\n')} }
    throw new Error('there is no ' + name + ' in the rest of the program'); }`;
}

/**
 * The first file starts the program and gives the rest what that uses. By functions that give the present value, and not by the
 * namespaces that esbuild would make: those take time at each start.
 */
async function mainEntry(shared, metafile, used) {
  const atOnce = reachedAtOnce(metafile);
  const direct = [...used].filter((name) => atOnce.has(name) && isModern(metafile, name)).sort();
  const exported = await exportsOf(shared, direct);
  const imports = [];
  const cases = [];
  for (const [index, name] of direct.entries()) {
    const names = exported.get(name);
    const local = (each) => `m${index}_${each}`;
    imports.push(
      `import { ${names.map((each) => `${each} as ${local(each)}`).join(', ')} } from './${name}';`,
    );
    const getters = names.map(
      (each) => `get ${each === 'default' ? `'default'` : each}() { return ${local(each)}; }`,
    );
    cases.push(`case '${name}': return { ${getters.join(', ')} };`);
  }
  for (const name of [...used].filter((each) => !direct.includes(each)).sort()) {
    cases.push(`case '${name}': return require('./${name}');`);
  }
  return `export { start } from './${ENTRY}';
    ${imports.join('\n')}
    export function share(name) { switch (name) { ${cases.join('\n')} }
      throw new Error('there is no ' + name + ' in the first file'); }`;
}

function isModern({ inputs }, name) {
  return inputs[name].format === 'esm';
}

/** What is run before anything is asked for late. */
function reachedAtOnce({ inputs }) {
  const found = new Set([ENTRY]);
  for (const name of found) {
    for (const { path, kind, external } of inputs[name]?.imports ?? []) {
      if (!external && kind !== 'dynamic-import') found.add(path);
    }
  }
  return found;
}

async function exportsOf(shared, names) {
  const { metafile } = await build({
    ...{ absWorkingDir: shared.absWorkingDir, entryPoints: names, outdir: 'exports' },
    ...{ bundle: false, write: false, format: 'esm', metafile: true, outbase: '.' },
    logLevel: 'warning',
  });
  const outputs = Object.values(metafile.outputs);
  return new Map(outputs.map(({ entryPoint, exports }) => [entryPoint, exports]));
}
