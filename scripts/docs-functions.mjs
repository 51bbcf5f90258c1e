// Writes docs/reference/functions.md from the docstrings and signatures in src/template/functions/ and from the table there.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import prettier from 'prettier';
import ts from 'typescript';

const FOLDER = new URL('../src/template/functions/', import.meta.url);
const PAGE = fileURLToPath(new URL('../docs/reference/functions.md', import.meta.url));

/** The text of the reference page, as prettier leaves it. */
export async function functionsReference() {
  const index = parse('index.ts');
  const families = readFamilies(index);
  const parts = [
    '# Template functions',
    '<!-- Written by scripts/docs-functions.mjs from src/template/functions/; change the docstrings there. -->',
    'Names, arguments and results are those of consul-template. Nunjucks calls a function as `name(first, second)`. ' +
      'Those with a second form are filters as well: what is piped in is the last argument, so `"a,b" | split(",")` ' +
      'is `split(",", "a,b")`. An argument in brackets may be left out. More arguments than a function has are an error.',
    'Go templates call the same functions as `name first second`, and any of them behind a pipe: `first | name`. Each entry shows both ' +
      "spellings. Both languages also have [Sprig's functions](sprig.md).",
    ...families.flatMap((family) => [`## ${family.title}`, family.about, ...family.entries]),
  ];
  const options = await prettier.resolveConfig(PAGE);
  return prettier.format(parts.filter((part) => part !== '').join('\n\n'), {
    ...options,
    parser: 'markdown',
  });
}

/** Writes the page. */
export async function writeFunctionsReference() {
  writeFileSync(PAGE, await functionsReference());
}

/** The path of the page. */
export const functionsPage = PAGE;

function parse(file) {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** A family is a file that the table imports functions from; families stand in the order of the table. */
function readFamilies(index) {
  const fileOf = importedFrom(index);
  const families = new Map();
  for (const row of readRows(index)) {
    const file = fileOf.get(row.functionName);
    if (file === undefined) throw new Error(`index.ts: ${row.name} comes from nowhere`);
    const family = families.get(file) ?? readFamily(file);
    families.set(file, family);
    family.entries.push(writeEntry(row, family.declarations));
  }
  return [...families.values()];
}

function importedFrom(index) {
  const fileOf = new Map();
  for (const statement of index.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    for (const element of bindings.elements) {
      fileOf.set(element.name.text, statement.moduleSpecifier.text.replace('./', ''));
    }
  }
  return fileOf;
}

/** The rows of the table: `name: pure(functionName, { flags })`, or `scoped(…)`. */
function readRows(index) {
  const rows = [];
  const visit = (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === 'ROWS') {
      for (const property of node.initializer.properties) {
        const { expression, arguments: args } = property.initializer;
        rows.push({
          name: property.name.getText(),
          scoped: expression.getText() === 'scoped',
          functionName: args[0].getText(),
          flags: args[1]?.getText() ?? '',
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(index);
  return rows;
}

function readFamily(file) {
  const source = parse(file);
  const heading = commentBefore(source, source.statements[0]);
  const [, title, rest] = /^([^.:]+)[.:]\s*(.*)$/s.exec(heading) ?? [];
  if (title === undefined) throw new Error(`${file}: a comment at its top must say what it is`);
  const declarations = new Map();
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement)) declarations.set(statement.name.text, statement);
  }
  const about = rest === '' ? '' : `${rest[0].toUpperCase()}${rest.slice(1)}`;
  return { title, about, declarations, entries: [] };
}

function writeEntry(row, declarations) {
  const declaration = declarations.get(row.functionName);
  const comment = declaration && commentBefore(declaration.getSourceFile(), declaration);
  if (!comment) throw new Error(`${row.name}: its function has no docstring`);
  const [, text, ownForm] = /^(.*?)(?:\n+@filter (.*))?$/s.exec(comment);
  const parameters = declaration.parameters.slice(row.scoped ? 1 : 0);
  const names = parameters.map(writeParameter);
  // `scratch` is the one that is a value.
  const call = row.name === 'scratch' ? row.name : `${row.name}(${names.join(', ')})`;
  const lines = [`### \`${call}\``];
  if (row.flags.includes('asFilter: true')) {
    const piped = parameters.at(-1).name.getText();
    const form = names.length === 1 ? row.name : `${row.name}(${names.slice(0, -1).join(', ')})`;
    const forms = ownForm?.split(' or ') ?? [`${piped} | ${form}`];
    lines.push(`As a filter: ${forms.map((one) => `\`${one}\``).join(' or ')}`);
  }
  lines.push(`In Go: ${goForms(row, parameters)}`);
  lines.push(text);
  if (row.flags.includes('quotes: true')) lines.push('Safe to print whatever went in.');
  return lines.join('\n\n');
}

/** How a Go template calls it: as a function, and, where it is a filter in Nunjucks, behind a pipe. */
function goForms(row, parameters) {
  if (row.name === 'scratch') return '`scratch.Set "name" value`, `scratch.Get "name"`, and so on';
  const names = parameters.map(writeParameter);
  const call = [row.name, ...names].join(' ');
  // What a filter does to a text of its own, as `secret` does, is Nunjucks' alone.
  const ends = row.flags.includes('piped:') || names.length === 0;
  if (!row.flags.includes('asFilter: true') || ends) return `\`${call}\``;
  const last = parameters.at(-1).name.getText();
  return `\`${call}\` or \`${last} | ${[row.name, ...names.slice(0, -1)].join(' ')}\``;
}

function writeParameter(parameter) {
  const name = parameter.name.getText();
  if (parameter.dotDotDotToken !== undefined) return `…${name}`;
  return parameter.questionToken === undefined ? name : `[${name}]`;
}

/** The text of the docstring directly before a node: without its stars, lines of a paragraph joined. */
function commentBefore(source, node) {
  const ranges = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? [];
  const last = ranges.at(node === source.statements[0] ? 0 : -1);
  if (last === undefined) return '';
  const raw = source.text.slice(last.pos, last.end);
  if (!raw.startsWith('/**')) return '';
  return raw
    .slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim()
    .replace(/(?<!\n)\n(?!\n)/g, ' ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFunctionsReference();
