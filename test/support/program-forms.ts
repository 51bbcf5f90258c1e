/**
 * On which of its two forms the program is tested. Every end-to-end file runs on the form that `AUTOTMPL_BIN` names, which `npm test`
 * has be the executable with Node in it; those below are the others, by the names of their files.
 */

/** About the npm package, or with something of Node that only it has: they run on that alone. Each with its reason. */
export const ON_PACKAGE_ALONE: Readonly<Record<string, string>> = {
  bench: 'npm run bench starts both forms itself',
  'bench-fleet': 'npm run bench:fleet starts the package itself',
  chaos:
    'what shifts its clock is a module that Node loads first, which the executable does not (--import)',
  demo: 'npm run demo starts the package itself',
  'start-up': 'what Node loads and compiles of the files of the package, and their code caches',
};

/**
 * Run once more on the npm package, where it could be another program: how it is called, where it finds what lies beside it, what it does
 * with its environment, with signals and with its children.
 */
export const ON_BOTH: readonly string[] = [
  'accounts',
  'checks',
  'command-line',
  'consul-template-examples',
  'go-templates',
  'groups',
  'left-behind',
  'migrate',
  'other-names',
  'replay',
  'survive-kill-group',
  'survive-template',
  'systemd',
  'test-templates',
  'told-to-stop',
  'unprivileged',
];

/** The path of an end-to-end file. */
export const endToEnd = (name: string): string => `test/e2e/${name}.test.ts`;
