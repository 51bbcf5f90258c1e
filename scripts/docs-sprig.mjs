// Writes docs/reference/sprig.md from the tables in src/template/sprig/.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import prettier from 'prettier';
import ts from 'typescript';

const FOLDER = new URL('../src/template/sprig/', import.meta.url);
const PAGE = fileURLToPath(new URL('../docs/reference/sprig.md', import.meta.url));

/** Rows that a table takes from a maker stand under the name, and a second one with a prefix before it. */
const MAKERS = { both: 'must', withMust: 'must', twice: 'os' };

/** The text of the page, as prettier leaves it. */
export async function sprigReference() {
  const families = importedFiles().map(readFamily);
  const parts = [
    '# Sprig functions',
    '<!-- Written by scripts/docs-sprig.mjs from src/template/sprig/; change the tables there. -->',
    'As in consul-template, the functions of [Sprig](https://masterminds.github.io/sprig/) have the prefix `sprig_`. Go calls them ' +
      'as `sprig_trunc 5 "hello"` or `"hello" | sprig_trunc 5`, Nunjucks as `sprig_trunc(5, "hello")` or `"hello" | sprig_trunc(5)`; ' +
      "what they do is on Sprig's own pages. They are those whose result is the same each time: dates, random numbers, keys and " +
      'certificates, passwords, the network and the environment are left out.',
    'What differs from Sprig: where a function cannot work it fails, with `must` in its name or without. Maps are listed by name, ' +
      'where Go has no order. An integer that would need more than 64 bits is an error. A map that was read, by `fromJson` or from the catalog, ' +
      'cannot be changed by `set` and `unset`: `deepCopy` gives one that can. In Nunjucks no map can be.',
    ...families.flatMap(({ title, about, names }) => [
      `## ${title}`,
      about,
      names.map((name) => `\`sprig_${name}\``).join(' '),
    ]),
  ];
  const options = await prettier.resolveConfig(PAGE);
  return prettier.format(parts.filter((part) => part !== '').join('\n\n'), {
    ...options,
    parser: 'markdown',
  });
}

/** The path of the page. */
export const sprigPage = PAGE;

/** Tables in the order of the index. */
function importedFiles() {
  const index = parse('index.ts');
  const names = new Map();
  let order = [];
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      for (const element of bindings?.elements ?? []) {
        names.set(element.name.text, node.moduleSpecifier.text.replace('./', ''));
      }
    }
    if (ts.isSpreadAssignment(node)) order = [...order, node.expression.getText()];
    ts.forEachChild(node, visit);
  };
  visit(index);
  return order.map((name) => names.get(name));
}

function readFamily(file) {
  const source = parse(file);
  const [comment] = /\/\*\* (.*?)\s*\*\//s.exec(source.text)?.slice(1) ?? [''];
  const [, title, about] = /^([^.]+)\.\s*(.*)$/s.exec(comment.replace(/\s*\n \*\s*/g, ' ')) ?? [];
  if (title === undefined) throw new Error(`${file}: a comment at its top must say what it is`);
  return { title, about, names: readNames(source) };
}

function readNames(source) {
  const names = [];
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    if (!statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
    const table = statement.declarationList.declarations[0].initializer;
    for (const property of table.properties ?? []) names.push(...namesOf(property));
  }
  return names.toSorted((a, b) => a.localeCompare(b, 'en'));
}

function namesOf(property) {
  if (!ts.isSpreadAssignment(property)) return [property.name.getText()];
  const { expression, arguments: args } = property.expression;
  const prefix = MAKERS[expression.getText()];
  if (prefix === undefined) throw new Error(`nobody knows what ${expression.getText()} makes`);
  const name = args[0].text;
  return [name, `${prefix}${name[0].toUpperCase()}${name.slice(1)}`];
}

function parse(file) {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(PAGE, await sprigReference());
}
