// Writes what is known of the config and the command line from the one schema and the one table of flags in code:
// docs/reference/configuration.md, config.schema.json and command-line.md. The build takes the JSON Schema from here too.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { toJsonSchema } from '@valibot/to-json-schema';
import { build } from 'esbuild';
import prettier from 'prettier';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MADE_BY = '<!-- Written by scripts/docs-config.mjs; change the code that it reads. -->';

/** The generated pages, by their path below the project. */
export async function configPages() {
  const schema = await readSchema();
  return {
    'docs/reference/config.schema.json': await schemaText(schema),
    'docs/reference/configuration.md': await pretty(configurationPage(schema), 'markdown'),
    'docs/reference/command-line.md': await pretty(await commandLinePage(), 'markdown'),
    'docs/reference/consul-template.md': await pretty(await consulTemplatePage(), 'markdown'),
  };
}

/** The JSON Schema of the config, as text. */
export async function configSchemaText() {
  return schemaText(await readSchema());
}

async function schemaText(schema) {
  return pretty(JSON.stringify(withoutKinds(schema)), 'json');
}

async function pretty(text, parser) {
  const options = await prettier.resolveConfig(`${ROOT}/docs/reference/page.md`);
  return prettier.format(text, { ...options, parser });
}

/** Bundles a module of ours with all that it imports, since Node cannot read TypeScript itself. */
async function load(lines) {
  const { outputFiles } = await build({
    stdin: { contents: lines.join('\n'), resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(import.meta.url)});`,
    },
  });
  return import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
  );
}

async function readSchema() {
  const { configSchema } = await load(["export { configSchema } from './src/config/schema.ts';"]);
  const schema = toJsonSchema(configSchema, { target: 'draft-07', ignoreActions: ['check'] });
  const template = schema.properties.templates.items;
  template.oneOf = [{ required: ['source'] }, { required: ['contents'] }];
  template.dependencies = { command: ['destination'] };
  schema.properties.catalog.not = { required: ['consul', 'file'] };
  const { $schema, ...rest } = schema;
  return { $schema, title: 'autotmpl config', ...rest };
}

/** Kinds are for the page; a reader of the schema would stumble over a word that is no JSON Schema. */
function withoutKinds(value) {
  if (Array.isArray(value)) return value.map(withoutKinds);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, inner]) => inner !== undefined && !(key === 'kind' && typeof inner === 'string'),
  );
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutKinds(inner)]));
}

function configurationPage(schema) {
  const { templates, jobs, watches, waitFor, ...rest } = schema.properties;
  return [
    '# Configuration',
    MADE_BY,
    'A config is YAML (`.yaml`, `.yml`), JSON with comments (`.json`, `.jsonc`) or TOML (`.toml`). `-config` names a file ' +
      'or a folder and may be given more than once. Of a folder every such file is read, also in folders below it, in lexical ' +
      'order; names that begin with a dot are passed over.',
    'Several files merge from left to right: a later single value wins, maps merge, lists (`templates`, `searchPath`, `jobs`, `watches`, `waitFor`) add up. ' +
      'Flags beat files, files beat the environment (`CONSUL_HTTP_ADDR` and its kin, see the [command line](command-line.md)), ' +
      'and that beats the defaults. `token` and `tokenFile` count as one: where a stronger source gives either, a weaker ' +
      "one's other is not used.",
    'Relative paths start from the folder of the file that names them. Durations are written as in Go: `500ms`, `10s`, ' +
      '`1m30s`. A command is text for `sh -c`, or a list that is started directly. Nothing is expanded in values: no ' +
      'variables, no `~`.',
    'Every key is optional unless it says otherwise. Unknown keys are errors. `autotmpl check` tells all that is wrong with ' +
      'a config and its templates, `autotmpl config` prints the merged result and where each value comes from, and ' +
      '`autotmpl schema` prints the [JSON Schema](config.schema.json).',
    example(),
    '## The whole',
    table(flatten(rest, '')),
    '## Each template',
    '`templates` is a list; each entry has exactly one of `source` and `contents`. Two entries may not have one destination.',
    table(flatten(templates.items.properties, '')),
    '## Each job',
    '`jobs` is a list. Of `when`, either `interval` or one of `once` and `each` with a `source` is given. Events of a job are ' +
      '`started`, `exitSuccess`, `exitFailed`, `timedOut`, `healthy`, `unhealthy`, `stopping` and `stopped`; of a watch `changed`, ' +
      '`healthy` and `unhealthy`; of the renderer `ready`; of the election `leader`, `follower` and `lost`; and of `global` ' +
      '`startup`, `shutdown`, `enterMaintenance` and `exitMaintenance`.',
    table(flatten(jobs.items.properties, '')),
    '## Each watch',
    '`watches` is a list; each entry has exactly one of `service`, `key` and `prefix`.',
    table(flatten(watches.items.properties, '')),
    '## Each service that is waited for',
    '`waitFor` is a list.',
    table(flatten(waitFor.items.properties, '')),
    '## Each sensor',
    '`telemetry.sensors` is a list.',
    table(flatten(rest.telemetry.properties.sensors.items.properties, '')),
  ].join('\n\n');
}

function example() {
  return [
    '```yaml',
    'catalog:',
    '  consul:',
    '    address: https://consul.example:8501',
    '    tokenFile: /run/secrets/consul',
    '    tls: { ca: ca.pem }',
    'wait: 100ms:2s',
    'templates:',
    '  - source: nginx.conf.njk',
    '    destination: /etc/nginx/nginx.conf',
    '    perms: "0644"',
    '    command: nginx -s reload',
    '```',
  ].join('\n');
}

/** Every key that holds a value, with its whole path. */
function flatten(properties, prefix) {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    return schema.properties === undefined
      ? [{ path, schema }]
      : [{ path, schema, isMap: true }, ...flatten(schema.properties, `${path}.`)];
  });
}

function table(rows) {
  const lines = rows.map(({ path, schema, isMap }) => {
    const fallback = schema.default === undefined ? '' : code(String(schema.default));
    return `| ${code(path)} | ${isMap ? 'map' : kindOf(schema)} | ${fallback} | ${cell(schema.description ?? '')} |`;
  });
  return ['| key | value | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

function kindOf(schema) {
  if (schema.kind !== undefined) return schema.kind;
  if (schema.enum !== undefined) return schema.enum.map((word) => code(word)).join(', ');
  if (schema.const !== undefined) return code(schema.const);
  if (schema.anyOf !== undefined) return 'name or number';
  if (schema.type === 'array') {
    return schema.items.properties === undefined
      ? `list of ${kindOf(schema.items)}s`
      : 'list of maps';
  }
  return { string: 'text', boolean: '`true`, `false`', number: 'number', integer: 'number' }[
    schema.type
  ];
}

async function commandLinePage() {
  const {
    help,
    table: flags,
    commands,
    lock,
    exits,
    variables,
  } = await load([
    "export * as help from './src/cli/help.ts';",
    "export * as table from './src/cli/flag-table.ts';",
    "export * as commands from './src/cli/command-table.ts';",
    "export * as lock from './src/cli/lock-flag-table.ts';",
    "export * as exits from './src/cli/exit-codes.ts';",
    "export { CONSUL_VARIABLES as variables } from './src/catalog/consul/environment.ts';",
  ]);
  const flagOf = new Map(
    flags.FLAGS.flatMap((row) => (row.variables ?? []).map((name) => [name, `-${row.name}`])),
  );
  return [
    '# Command line',
    MADE_BY,
    help.PURPOSE,
    ...help.EXAMPLES.map(([line, meaning]) => `${meaning}\n\n\`\`\`sh\n${line}\n\`\`\``),
    '## Commands',
    'Without a command, files are kept true until autotmpl is told to stop, or with `-once` rendered a single time.',
    commandList(commands, commands.COMMANDS),
    '### For scripts',
    'A lock is described in [docs/elections.md](../elections.md).',
    commandList(commands, commands.SCRIPT_COMMANDS),
    '### Asking a running program',
    'These ask over the control socket: [docs/control.md](../control.md) tells more.',
    commandList(commands, commands.CONTROL_COMMANDS),
    '## Flags',
    'One dash or two, the value behind a space or an equals sign: `-once`, `--once`, `-wait 2s`, `--wait=2s`. A boolean is ' +
      'turned off with `=false`. Where a flag that is not repeatable is given twice, the last one counts.',
    ...[...flags.FLAG_GROUPS, lock.LOCK].flatMap(({ title, rows }) => [
      `### ${title}`,
      flagTable(help, rows),
    ]),
    '## Environment',
    'What the Consul CLI reads, autotmpl reads; flags and configs beat it. An empty variable is not set. `CONSUL_HTTP_SSL` ' +
      'encrypts even where the address says `http://`. `CONSUL_TOKEN` and `CONSUL_TOKEN_FILE` are older names that consul-template knows.',
    list(
      variables.map(([name]) => {
        const flag = flagOf.get(name);
        return flag === undefined ? code(name) : `${code(name)}, as ${code(flag)}`;
      }),
    ),
    '`NO_COLOR` and `FORCE_COLOR` turn colours off and on.',
    '## Exit codes',
    ['| code | meaning |', '| --- | --- |']
      .concat(exits.EXIT_MEANINGS.map(([number, meaning]) => `| ${number} | ${cell(meaning)} |`))
      .join('\n'),
  ].join('\n\n');
}

async function consulTemplatePage() {
  const { fields, templates, form, exits } = await load([
    "export { FIELD_ROWS as fields } from './src/config/consul-template/field-table.ts';",
    "export { TEMPLATE_ROWS as templates } from './src/config/consul-template/template-rows.ts';",
    "export { formOf as form } from './src/config/consul-template/field-kinds.ts';",
    "export { CONSUL_TEMPLATE_MEANINGS as exits } from './src/cli/exit-codes.ts';",
  ]);
  return [
    "# consul-template's configs",
    MADE_BY,
    "autotmpl reads consul-template's configs, HCL 1 or JSON: a file whose name ends in `.hcl`, JSON with these keys, any file under the " +
      'name `consul-template` or with `-dialect consul-template`. [Coming from consul-template](../coming-from-consul-template.md) says what differs.',
    'Files merge from left to right: a later value wins, templates and lists of texts add up. `CT_LOCAL_CONFIG` holds a whole config that beats ' +
      'files; flags beat all, and all beats the environment. Of a folder all files are read, also in folders below it, in lexical ' +
      'order; under our own name those that end in `.hcl` or `.json`. Relative paths start from the working folder. Keys may be in any case; unknown ones are errors.',
    '## The whole',
    fieldTable(fields, form),
    '## Each template',
    '`template` may come again; each has exactly one of `source` and `contents`. A template is Go unless its name ends in `.njk`, `.nunjucks`, `.j2` or `.jinja2`.',
    fieldTable(templates, form),
    '## Exit codes under the name consul-template',
    ['| code | meaning |', '| --- | --- |']
      .concat(exits.map(([number, meaning]) => `| ${number} | ${cell(meaning)} |`))
      .join('\n'),
  ].join('\n\n');
}

function fieldTable(rows, form) {
  return ['| key | value | default | also | meaning |', '| --- | --- | --- | --- | --- |']
    .concat(
      rows.map((row) => {
        const fallback = row.default === undefined ? '' : code(String(row.default));
        const flag = row.flag === undefined ? [] : [`-${row.flag}`];
        const also = [...flag, ...(row.variables ?? []), ...(row.aliases ?? [])].map(code);
        const idle =
          row.idle === undefined ? '' : ` Taken, and without a meaning here: ${row.idle}.`;
        return `| ${code(row.path)} | ${cell(form(row.kind))} | ${fallback} | ${also.join(', ')} | ${cell(row.description + idle)} |`;
      }),
    )
    .join('\n');
}

function commandList({ commandSignature }, rows) {
  return list(
    Object.entries(rows).map(
      ([name, row]) => `\`autotmpl ${commandSignature(name, row)}\`: ${row.description}`,
    ),
  );
}

function flagTable(help, rows) {
  return ['| flag | default | meaning |', '| --- | --- | --- |']
    .concat(
      rows.map((row) => {
        const fallback = row.default === undefined ? '' : code(row.default);
        const also = (row.variables ?? []).map(code).join(', ');
        const text = also === '' ? row.description : `${row.description} Also ${also}.`;
        return `| ${code(help.flagSignature(row))} | ${fallback} | ${cell(text)} |`;
      }),
    )
    .join('\n');
}

function list(lines) {
  return lines.map((line) => `- ${line}`).join('\n');
}

function code(text) {
  return `\`${text}\``;
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await configPages())) {
    await writeFile(`${ROOT}/${path}`, text);
  }
}
