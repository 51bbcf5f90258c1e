/** Node's own modules that a plain run does not need, and that take time to load. */
const LATE = [
  'child_process',
  'crypto',
  'dns',
  'http2',
  'https',
  'module',
  'os',
  'tls',
  'v8',
  'worker_threads',
  'zlib',
];

const NAMESPACE = 'late-builtin';

/**
 * For esbuild: puts in place of each of these modules one that loads it when something of it is first used. So a plain
 * import may stand at the top of a file, ours or a package's, and costs nothing where it is not used.
 */
export const lateBuiltins = {
  name: 'late builtins',
  setup({ onResolve, onLoad }) {
    const names = new RegExp(`^(?:node:)?(?:${LATE.join('|')})$`);
    onResolve({ filter: names }, ({ path, namespace }) => {
      if (namespace === NAMESPACE) return { path, external: true };
      return { path: path.replace(/^node:/, ''), namespace: NAMESPACE };
    });
    onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: lateModule(path),
      loader: 'js',
    }));
  },
};

/**
 * Has nothing of its own and looks everything up in the module. As a prototype, because that is what survives when esbuild
 * wraps a module for an importer of the other format; and with no list of names, so that every Node builds the same.
 * Not by `process.getBuiltinModule`: the program that is one file gives some of its own in place of Node's.
 */
function lateModule(name) {
  return `const get = (_, name) => name === '__esModule' ? undefined : require('node:${name}')[name];
    module.exports = Object.create(new Proxy({}, { get }));`;
}
