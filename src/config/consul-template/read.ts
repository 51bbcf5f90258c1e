import type { ConfigText } from '../containerpilot/read.ts';
import { parseJson5Tree } from '../containerpilot/parse-json5.ts';
import { isMap, type ConfigDocument, type DocumentPath, type Spot } from '../document.ts';
import { parseHclTree } from '../hcl/parse-hcl.ts';
import { inOrder, problemAt, showPlace, type Problem } from '../problems.ts';
import { asParsedText, type ValueNode } from '../value-tree.ts';
import { FIELD_ROWS } from './field-table.ts';
import type { FieldLayer } from './field-values.ts';
import { readFields, type FieldMap, type Findings } from './read-fields.ts';
import { TEMPLATE_ROWS } from './template-rows.ts';

/** One `template` of a config: what it says, and where it stands. */
export interface TemplateEntry {
  readonly fields: FieldLayer;
  /** `file:line:column`, and the path into the file. */
  readonly place: string;
}

/** A config of consul-template's that was read. */
export interface ConsulTemplateDocument {
  readonly name: string;
  readonly fields: FieldLayer;
  readonly templates: readonly TemplateEntry[];
  readonly warnings: readonly string[];
}

/** What was made of a text. */
export type ReadConsulTemplate =
  | { readonly ok: true; readonly document: ConsulTemplateDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a config of consul-template's: JSON where it begins with a brace, HCL elsewhere. Problems carry line, column and path. Whatever
 * is relative in it starts from the working folder, as there.
 */
export function readConsulTemplate({ name, text }: ConfigText, cwd: string): ReadConsulTemplate {
  const parsed = parse(text);
  if ('errors' in parsed) {
    const problems = parsed.errors.map(({ line, column, message }) => ({
      file: name,
      spot: { line, column },
      message,
    }));
    return { ok: false, problems };
  }
  const { root, repeated } = parsed;
  const { content, locate } = asParsedText(text, root);
  const document: ConfigDocument = { file: name, folder: cwd, content, locate };
  if (!isMap(root.value)) {
    const message = 'expected a map in { } at the top';
    return { ok: false, problems: [problemAt(document, [], 'value', { message })] };
  }
  const findings: Findings = {
    problems: [],
    warnings: repeated.map(
      ({ key, ...spot }) =>
        `${showPlace(name, spot)}: ${key}: is there twice, and only the last counts`,
    ),
  };
  const top = { document, path: [], value: root.value };
  const fields = readFields(top, FIELD_ROWS, findings, ['template']);
  const templates = templatesOf(top, findings);
  if (findings.problems.length > 0) return { ok: false, problems: inOrder(findings.problems) };
  return { ok: true, document: { name, fields, templates, warnings: findings.warnings } };
}

type Parsed =
  | { readonly root: ValueNode; readonly repeated: readonly (Spot & { readonly key: string })[] }
  | { readonly errors: readonly (Spot & { readonly message: string })[] };

function parse(text: string): Parsed {
  if (!/^\s*\{/.test(text)) return parseHclTree(text);
  const tree = parseJson5Tree(text, 'json5');
  return tree.ok ? { root: tree.root, repeated: [] } : tree;
}

function templatesOf({ document, path, value }: FieldMap, findings: Findings): TemplateEntry[] {
  return Object.entries(value)
    .filter(([key]) => key.toLowerCase() === 'template')
    .flatMap(([key, written]) => blocksAt([...path, key], written))
    .flatMap(({ at, block }) => {
      if (!isMap(block)) {
        const message = 'expected a block';
        const suggestion = 'write template { … }';
        findings.problems.push(problemAt(document, at, 'value', { message, suggestion }));
        return [];
      }
      const fields = readFields({ document, path: at, value: block }, TEMPLATE_ROWS, findings);
      const place = showPlace(document.file, document.locate(at, 'value'));
      const [first] = at;
      const index = typeof at[1] === 'number' ? `[${at[1]}]` : '';
      return [{ fields, place: `${place} ${String(first)}${index}` }];
    });
}

function blocksAt(at: DocumentPath, written: unknown): { at: DocumentPath; block: unknown }[] {
  if (written === null) return [];
  if (!Array.isArray(written)) return [{ at, block: written }];
  return written.map((block: unknown, index) => ({ at: [...at, index], block }));
}
