import { CONSUL_TEMPLATE_MEANINGS, EXIT_MEANINGS } from './exit-codes.ts';
import { COMMAND_GROUPS, commandSignature, type CommandRow } from './command-table.ts';
import type { FlagGroup, FlagRow } from './flag-row.ts';
import { CONSUL_TEMPLATE_FLAG_GROUPS, FLAG_GROUPS } from './flag-table.ts';
import type { Program } from './program-name.ts';
import { LOCK } from './lock-flag-table.ts';

/** Lines are this wide at the most. */
const WIDTH = 90;
/** Descriptions begin behind this many columns. */
const INDENT = 8;
/** What commands do begins behind this many columns. */
const COMMAND_INDENT = 30;

/** What autotmpl is, in a line. */
export const PURPOSE =
  'autotmpl keeps configuration files true to a Consul catalog: it renders templates, replaces files atomically, and reloads what reads them.';

/** Lines that people copy, each with what it does. */
export const EXAMPLES: readonly (readonly [line: string, meaning: string])[] = [
  [
    "autotmpl -template 'nginx.conf.njk:/etc/nginx/nginx.conf:nginx -s reload'",
    'Keep a file true and reload nginx after each change.',
  ],
  [
    'autotmpl -config /etc/autotmpl -once -timeout 30s',
    'Render all that a folder of configs names, then end; give up after 30 seconds.',
  ],
  [
    'autotmpl -config autotmpl.yaml -once -dry -detailed-exitcode',
    'Show what would change; exit with 2 where something would.',
  ],
  [
    'autotmpl -catalog catalog.yaml -template nginx.conf.njk -once',
    'Try a template without a Consul; the text goes to standard output.',
  ],
];

/** The text of `-help`, by the name that we were called by. */
export function helpText(program: Program = 'autotmpl'): string {
  return program === 'consul-template' ? theirHelp() : ourHelp();
}

function ourHelp(): string {
  const examples = EXAMPLES.flatMap(([line, meaning]) => [
    `  ${line}`,
    `${' '.repeat(INDENT)}${meaning}`,
  ]);
  const commands = COMMAND_GROUPS.flatMap(({ title, rows }) => [
    '',
    `${title}:`,
    ...Object.entries(rows).flatMap(([name, row]) => commandLines(name, row)),
  ]);
  return [
    ...wrap(PURPOSE, 0),
    '',
    'Examples:',
    ...examples,
    '',
    'Usage: autotmpl [COMMAND] [FLAGS]',
    ...commands,
    ...flagsAndCodes([...FLAG_GROUPS, LOCK], EXIT_MEANINGS),
  ].join('\n');
}

function theirHelp(): string {
  return [
    'Usage: consul-template [FLAGS]',
    '',
    ...wrap(
      'This is autotmpl under the name of consul-template: its flags, configs, exit codes and log. autotmpl -help tells what else there is.',
      0,
    ),
    ...flagsAndCodes(CONSUL_TEMPLATE_FLAG_GROUPS, CONSUL_TEMPLATE_MEANINGS),
  ].join('\n');
}

function flagsAndCodes(
  groups: readonly FlagGroup[],
  meanings: readonly (readonly [code: number | string, meaning: string])[],
): string[] {
  const flags = groups.flatMap(({ title, rows }) => ['', `${title}:`, ...rows.flatMap(flagLines)]);
  const codes = meanings.map(([code, meaning]) => `  ${String(code).padEnd(7)}${meaning}`);
  return [
    ...flags,
    '',
    ...wrap(
      'Flags take one dash or two, and their value behind a space or an equals sign. Durations are written 500ms, 10s, 1m30s. Flags beat configs, configs beat the environment.',
      0,
    ),
    '',
    'Exit codes:',
    ...codes,
    '',
  ];
}

/** How a flag is written: `-consul-addr ADDR (also -consul)`. */
export function flagSignature(row: FlagRow): string {
  const aliases = (row.aliases ?? []).map((alias) => `-${alias}`).join(', ');
  const value = row.value === undefined ? '' : ` ${row.value}`;
  return `-${row.name}${value}${aliases === '' ? '' : ` (also ${aliases})`}`;
}

function commandLines(name: string, row: CommandRow): string[] {
  const [first = '', ...rest] = wrap(row.description, COMMAND_INDENT);
  const head = `  ${commandSignature(name, row)}`.padEnd(COMMAND_INDENT);
  return [head + first.trimStart(), ...rest];
}

function flagLines(row: FlagRow): string[] {
  const facts = [
    ...(row.default === undefined ? [] : [`default ${row.default}`]),
    ...(row.variables === undefined ? [] : [`or ${row.variables.join(', ')}`]),
  ];
  const text = facts.length === 0 ? row.description : `${row.description} [${facts.join('; ')}]`;
  return [`  ${flagSignature(row)}`, ...wrap(text, INDENT)];
}

/** Breaks text into lines of {@link WIDTH}, each behind `indent` spaces. */
function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(' '.repeat(indent) + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, ' '.repeat(indent) + line];
}
