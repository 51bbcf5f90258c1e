import type { Delimiters, Position } from '../engine.ts';
import type { GoFunctions } from '../gotemplate/functions.ts';
import type { Span } from '../gotemplate/nodes.ts';
import { parseTemplate, type Templates } from '../gotemplate/parser.ts';
import { SourceText } from '../gotemplate/source-text.ts';
import { asTemplateError } from '../gotemplate/failure.ts';
import type { Expression } from './expression.ts';
import { Expressions } from './expressions.ts';
import { Macros } from './macros.ts';
import { Names } from './names.ts';
import { piecesOf } from './pieces.ts';
import type { MigrationProblem, ProblemBook } from './problems.ts';
import { Scope } from './scope.ts';
import { sectionsOf, type Section } from './sections.ts';
import { Statements } from './statements.ts';
import { TagWriter } from './tag-writer.ts';

/** What a template became. */
export interface MigratedTemplate {
  /** The Nunjucks template. What has no counterpart is written as near to it as can be, and fails when it is rendered. */
  readonly text: string;
  /** In the order of their places; empty where it is the same template in another language. */
  readonly problems: readonly MigrationProblem[];
}

/** What is migrated, and how it is read. */
export interface GoSource {
  /** What people know it by. */
  readonly name: string;
  readonly text: string;
  readonly delimiters: Delimiters;
  /** The functions that it may call. */
  readonly functions: GoFunctions;
}

/**
 * Turns a Go template into a Nunjucks template that gives the same text. It goes by the parsed template and by what functions are
 * known to give; what cannot be told from these is a problem, and never a guess. Throws an AutotmplError for what is no Go template.
 */
export function migrateGoTemplate({
  name,
  text,
  delimiters,
  functions,
}: GoSource): MigratedTemplate {
  const trees = parse(name, text, functions, delimiters);
  const problems: MigrationProblem[] = [];
  const source = new SourceText(name, text);
  const book = bookOf(source, problems);
  const parts: FileParts = {
    trees,
    sections: sectionsOf(name, piecesOf(text, delimiters)),
    macros: new Macros(trees, name, new Names()),
    expressions: new Expressions(book),
  };
  const body = convert(name, undefined, parts);
  return {
    text: definitions(name, parts) + body,
    problems: problems.toSorted((one, other) => compare(one.position, other.position)),
  };
}

interface FileParts {
  readonly trees: Templates;
  readonly sections: ReadonlyMap<string, Section>;
  readonly macros: Macros;
  readonly expressions: Expressions;
}

/** One template of the file; `dot` is what it is called with. */
function convert(name: string, dot: Expression | undefined, parts: FileParts): string {
  const { trees, sections, macros, expressions } = parts;
  const scope = new Scope(macros.names);
  if (dot !== undefined) scope.bind('$', dot);
  const writer = new TagWriter(sections.get(name)?.pieces ?? []);
  new Statements(expressions, writer, macros).all(trees.get(name)?.body ?? [], { scope, dot });
  return writer.finish();
}

/** The macros that are called, each behind those that call it no more: what one is given is known when all its callers are turned. */
function definitions(main: string, parts: FileParts): string {
  const done = new Set([main]);
  let text = '';
  for (;;) {
    const next = [...parts.trees.keys()].find(
      (name) => !done.has(name) && parts.macros.get(name)?.called === true,
    );
    if (next === undefined) return text;
    done.add(next);
    text += definition(next, parts);
  }
}

function definition(name: string, parts: FileParts): string {
  const macro = parts.macros.get(name);
  const section = parts.sections.get(name);
  if (macro === undefined || section === undefined) return '';
  const parameter = macro.takesDot ? parts.macros.names.give('dot') : '';
  const dot: Expression | undefined = macro.takesDot
    ? { code: parameter, shape: macro.shape, binding: 'member' }
    : undefined;
  const body = convert(name, dot, parts);
  const begin = `{% macro ${macro.name}(${parameter}) ${section.trimsStart ? '-' : ''}%}`;
  // A comment takes the end of the line away: behind a definition nothing is printed.
  return `${begin}${body}{%${section.trimsEnd ? '-' : ''} endmacro %}{#\n#}`;
}

function parse(name: string, text: string, functions: GoFunctions, delimiters: Delimiters) {
  try {
    return parseTemplate(name, text, functions, delimiters);
  } catch (error) {
    throw asTemplateError(error, 'template');
  }
}

function bookOf(source: SourceText, problems: MigrationProblem[]): ProblemBook {
  const take = ({ start, end }: Span, reason: string, gravity: MigrationProblem['gravity']) => {
    const position = source.positionAt(start);
    const excerpt = source.excerpt(start, end);
    const isKnown = problems.some(
      (one) =>
        one.reason === reason &&
        one.position.line === position.line &&
        one.position.column === position.column,
    );
    if (!isKnown) problems.push({ position, excerpt, reason, gravity });
  };
  return {
    lost: (node, reason) => take(node, reason, 'lost'),
    uncertain: (node, reason) => take(node, reason, 'uncertain'),
  };
}

function compare(one: Position, other: Position): number {
  return one.line - other.line || one.column - other.column;
}
