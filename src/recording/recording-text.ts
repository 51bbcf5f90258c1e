import { answerName } from '../catalog/file/document-answers.ts';
import { documentText, type Description } from '../catalog/file/describe.ts';
import type { Query } from '../catalog/query.ts';
import type { Value } from '../catalog/values.ts';
import { printable } from '../output/printable.ts';

/** The first words of a recording: what has them may be written over by another one. */
export const RECORDED_BY = '# recorded by autotmpl';

/** What a recording says of itself. */
export interface RecordingHead {
  readonly version: string;
  /** When it began, in milliseconds since the epoch. */
  readonly startedMs: number;
  /** Where the answers are from, for people. */
  readonly source: string;
  /** Names of queries, each with what was masked in its answer. */
  readonly masked: ReadonlyMap<string, string>;
  /** Queries that are not in it, each with the reason. */
  readonly leftOut: ReadonlyMap<string, string>;
}

/** The beginning of a recording: what it is, for people, and the answers that there were. `isOpen`: changes follow. */
export async function recordingText(
  head: RecordingHead,
  description: Description,
  isOpen: boolean,
): Promise<string> {
  const started = new Date(head.startedMs).toISOString();
  const comment = [
    `${RECORDED_BY} ${head.version} at ${started} from ${printable(head.source)}`,
    '# To render from it: autotmpl -catalog FILE …; to see it again: autotmpl replay FILE …',
    ...list('Masked:', head.masked),
    ...list('Not in it:', head.leftOut),
  ];
  const body = await documentText({ recording: { started }, ...description });
  return `${comment.join('\n')}\n${body}${isOpen ? 'changes:\n' : ''}`;
}

/** What came later: new answers, and queries that the catalog could not answer any more, each with the reason. */
export interface RecordedChange {
  readonly afterMs: number;
  readonly answers: readonly { readonly query: Query; readonly value: Value }[];
  readonly held: readonly { readonly query: Query; readonly reason: string }[];
  /** What was masked in them, as {@link RecordingHead} has it. */
  readonly masked: ReadonlyMap<string, string>;
}

/** A change as an item of the list that ends the recording. */
export async function changeText({
  afterMs,
  answers,
  held,
  masked,
}: RecordedChange): Promise<string> {
  const item = {
    after: `${Math.round(afterMs)}ms`,
    ...(answers.length > 0 && {
      answers: Object.fromEntries(answers.map(({ query, value }) => [answerName(query), value])),
    }),
    ...(held.length > 0 && {
      held: Object.fromEntries(held.map(({ query, reason }) => [answerName(query), reason])),
    }),
  };
  const [first = '', ...rest] = (await documentText(item)).trimEnd().split('\n');
  const lines = [`  - ${first}`, ...rest.map((line) => (line === '' ? '' : `    ${line}`))];
  return [...list('Masked:', masked, '  '), ...lines, ''].join('\n');
}

function list(title: string, entries: ReadonlyMap<string, string>, indent = ''): readonly string[] {
  if (entries.size === 0) return [];
  const lines = [...entries].map(([name, why]) => `${indent}#   ${oneLine(name)}: ${oneLine(why)}`);
  return [`${indent}# ${title}`, ...lines];
}

function oneLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n');
}
