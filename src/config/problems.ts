import { AutotmplError, type ErrorCode } from '../core/errors.ts';
import { showPath, type ConfigDocument, type DocumentPath, type Spot } from './document.ts';

/** One thing that is wrong in a config. */
export interface Problem {
  readonly file: string;
  readonly spot?: Spot;
  /** What is wrong with what: the path into the document first. */
  readonly message: string;
  /** What to do. */
  readonly suggestion?: string;
}

/** A problem with what stands at a path of a document. `at` says whether the key or the value is wrong. */
export function problemAt(
  document: ConfigDocument,
  path: DocumentPath,
  aim: 'key' | 'value',
  text: { readonly message: string; readonly suggestion?: string | undefined },
): Problem {
  const where = showPath(path);
  return {
    file: document.file,
    spot: document.locate(path, aim),
    message: where === '' ? text.message : `${where}: ${text.message}`,
    ...(text.suggestion === undefined ? {} : { suggestion: text.suggestion }),
  };
}

/** `file:line:column`, as far as it is known. */
export function showPlace(file: string, spot: Spot | undefined): string {
  return spot === undefined ? file : `${file}:${spot.line}:${spot.column}`;
}

/** All problems of a config as one error. There is at least one. */
export function problemsError(
  problems: readonly Problem[],
  code: Extract<ErrorCode, 'config' | 'containerpilotConfig' | 'template'> = 'config',
): AutotmplError {
  const [first] = problems;
  if (first !== undefined && problems.length === 1) {
    return new AutotmplError(
      code,
      `${showPlace(first.file, first.spot)}: ${first.message}`,
      first.suggestion === undefined ? {} : { advice: first.suggestion },
    );
  }
  const lines = problems.map(({ file, spot, message, suggestion }) => {
    const advice = suggestion === undefined ? '' : ` (${suggestion})`;
    return `  ${showPlace(file, spot)}: ${message}${advice}`;
  });
  return new AutotmplError(code, `the config has ${problems.length} errors:\n${lines.join('\n')}`);
}

/** Problems of one file as they come in its text. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const line = (problem: Problem) => problem.spot?.line ?? 0;
  const column = (problem: Problem) => problem.spot?.column ?? 0;
  return problems.toSorted((a, b) => line(a) - line(b) || column(a) - column(b));
}
