import type { Environment } from '../../catalog/consul/environment.ts';
import {
  recogniseDialect,
  guessDialect,
  type Dialect,
  type DialectWord,
  type Likely,
} from '../dialect.ts';
import { isMap, type ParsedText } from '../document.ts';
import { inOrder, type Problem } from '../problems.ts';
import type { CompiledConfig } from './compiled.ts';
import { markedLine } from './marked-line.ts';
import { parseJson5 } from './parse-json5.ts';
import { Source, type Version } from './source.ts';
import { renderConfigText } from './template-step.ts';
import { compileVersion2 } from './version2.ts';
import { compileVersion3 } from './version3.ts';

/** What was taken for ContainerPilot's until its actions had been carried out. */
const OURS_AFTER_ALL =
  "its keys are autotmpl's, whose configs have no template step: {{ … }} stands in texts only";

/** A text that may be a config of ContainerPilot's. */
export interface ConfigText {
  /** A file as people know it, `-config` or `CONTAINERPILOT`. */
  readonly name: string;
  /** Absolute path of the folder that relative paths in it start from. */
  readonly folder: string;
  readonly text: string;
}

/** What the text is read with. */
export interface ReadOptions {
  readonly environment: Environment;
  /** What the user says that it is. */
  readonly dialect: DialectWord | undefined;
  /** What the way in which it was given speaks for. */
  readonly likely: Likely;
  readonly mainCommand: readonly string[] | undefined;
}

/** What was made of a text: a config of ContainerPilot's, one of ours, which somebody else reads, or problems. */
export type ReadText =
  | { readonly kind: 'ours' }
  | {
      readonly kind: 'compiled';
      readonly version: Version;
      readonly compiled: CompiledConfig;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'wrong'; readonly problems: readonly Problem[] };

/**
 * Reads a text that may be ContainerPilot's: finds out whether it is, runs the template step, parses and compiles it. Problems
 * carry line, column and path. Throws an AutotmplError where the template step fails.
 */
export function readContainerPilot(input: ConfigText, options: ReadOptions): ReadText {
  const { name, text } = input;
  if (options.dialect === 'autotmpl') return { kind: 'ours' };
  const before = options.dialect === undefined ? dialectOf(text, options) : undefined;
  if (before === 'autotmpl') return { kind: 'ours' };
  const rendered = renderConfigText(name, text, options.environment);
  const lenient = parseJson5(rendered, 'json5');
  const version = versionOf(rendered, lenient, options);
  if (typeof version === 'string') {
    const advice = 'make it two configs, or say which it is with -dialect';
    return { kind: 'wrong', problems: [{ file: name, message: version, suggestion: advice }] };
  }
  const parsed = version === 3 ? lenient : parseJson5(rendered, 'json');
  if (!parsed.ok) return { kind: 'wrong', problems: parseProblems(input, rendered, parsed) };
  return compile(input, version, parsed, options.mainCommand);
}

/** Before the template step: actions between values keep the text from being parsed. */
function dialectOf(text: string, { likely }: ReadOptions): Dialect | undefined {
  const parsed = parseJson5(text, 'json5');
  if (!parsed.ok || !isMap(parsed.content)) return guessDialect(text, likely);
  const recognised = recogniseDialect(parsed.content, likely);
  return 'dialect' in recognised ? recognised.dialect : undefined;
}

/** Which version, or why it is neither: a sentence. */
function versionOf(rendered: string, parsed: ParsedText, options: ReadOptions): Version | string {
  if (options.dialect === 'containerpilot2') return 2;
  if (options.dialect === 'containerpilot3') return 3;
  const likely = options.dialect === 'containerpilot' ? 'containerpilot' : options.likely;
  if (!parsed.ok || !isMap(parsed.content)) {
    return guessDialect(rendered, 'containerpilot') === 'containerpilot3' ? 3 : 2;
  }
  const recognised = recogniseDialect(parsed.content, likely);
  if ('conflict' in recognised) return recognised.conflict;
  if (recognised.dialect !== 'autotmpl') return recognised.dialect === 'containerpilot3' ? 3 : 2;
  if (options.dialect === undefined) return OURS_AFTER_ALL;
  return 'jobs' in parsed.content || 'watches' in parsed.content ? 3 : 2;
}

function parseProblems(
  { name, text }: ConfigText,
  rendered: string,
  parsed: Extract<ParsedText, { ok: false }>,
): Problem[] {
  return parsed.errors.map(({ line, column, message }) => {
    const marked = markedLine(rendered, { line, column });
    const after =
      rendered === text
        ? ''
        : '\nThis is the text after its template step; -template prints all of it.';
    return {
      file: name,
      spot: { line, column },
      message: `Parse error at line:col [${line}:${column}]: ${message}\n${marked}${after}`,
    };
  });
}

function compile(
  { name, folder }: ConfigText,
  version: Version,
  { content, locate }: Extract<ParsedText, { ok: true }>,
  mainCommand: readonly string[] | undefined,
): ReadText {
  if (!isMap(content)) {
    const message = 'expected a map in { } at the top';
    return { kind: 'wrong', problems: [{ file: name, spot: locate([], 'value'), message }] };
  }
  const source = new Source({ file: name, folder, content, locate }, version);
  const compiled =
    version === 2
      ? compileVersion2(source, content, mainCommand)
      : compileVersion3(source, content, mainCommand);
  if (source.problems.length > 0) return { kind: 'wrong', problems: inOrder(source.problems) };
  return { kind: 'compiled', version, compiled, warnings: source.warnings };
}
