import { answerTo } from '../catalog/file/answers.ts';
import { answerName } from '../catalog/file/document-answers.ts';
import {
  describeAnswers,
  documentText,
  type AnsweredQuery,
  type Description,
} from '../catalog/file/describe.ts';
import { readDocument } from '../catalog/file/document.ts';
import { parseTree } from '../catalog/file/yaml-tree.ts';
import { queryId, type Query } from '../catalog/query.ts';
import type { Value } from '../catalog/values.ts';
import { describeError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import { createMask } from '../output/mask.ts';
import type { CompiledTarget } from '../renderer/compile-targets.ts';
import { resolve } from '../renderer/resolve.ts';
import type { Recall } from '../template/engine.ts';
import { maskAnswer, MASKED, type MaskingRules } from './masking.ts';
import type { Change, Recorder } from './recorder.ts';
import { changeText, recordingText } from './recording-text.ts';

/** What a recording is taken with. */
export interface TakingParts {
  readonly targets: readonly CompiledTarget[];
  readonly rules: MaskingRules;
  readonly version: string;
  /** Where the answers are from, for people. */
  readonly source: string;
  readonly clock: Clock;
  /** Takes the text, piece by piece; each piece leaves it whole. */
  readonly write: (text: string) => Promise<void>;
}

/** What a recording came to. */
export interface Taken {
  readonly queries: number;
  readonly changes: number;
  /** Names of queries of whose answers something was masked. */
  readonly masked: ReadonlySet<string>;
}

/** Writes down what a recorder has and, until the signal aborts, each change; `follows`: whether there are any to wait for. */
export async function takeRecording(
  recorder: Recorder,
  parts: TakingParts,
  follows: boolean,
  signal: AbortSignal,
): Promise<Taken> {
  const { clock, version, source, write } = parts;
  const startedMs = clock.now();
  const first = maskAll(recorder.answered, recorder.secrets, parts.rules);
  for (const id of recorder.unanswered) first.leftOut.set(id, 'it had no answer');
  const head = { version, startedMs, source, masked: first.masked, leftOut: first.leftOut };
  await write(await recordingText(head, await describe(first.answers, parts.targets), follows));
  const masked = new Set(first.masked.keys());
  let changes = 0;
  if (follows) {
    await recorder.follow(async (news) => {
      const text = await changesText(
        news,
        clock.now() - startedMs,
        recorder.secrets,
        parts.rules,
        masked,
      );
      if (text === undefined) return;
      changes += 1;
      await write(text);
    }, signal);
  }
  return { queries: first.answers.length, changes, masked };
}

/** In the document's own words, unless a template looks at what they do not say (the index of a key). */
async function describe(
  answers: readonly AnsweredQuery[],
  targets: readonly CompiledTarget[],
): Promise<Description> {
  const description = await describeAnswers(answers, { exactKeys: false });
  const document = readDocument(await parseTree(await documentText(description)));
  const known = new Map(answers.map(({ query, value }) => [queryId(query), value]));
  const wanted = textsOf(targets, (query) => known.get(queryId(query)));
  const found = textsOf(targets, (query) => {
    try {
      return answerTo(document, query);
    } catch {
      return undefined;
    }
  });
  const isSame = wanted.every((text, index) => text === found[index]);
  return isSame ? description : describeAnswers(answers, { exactKeys: true });
}

function textsOf(
  targets: readonly CompiledTarget[],
  valueOf: (query: Query) => Value | undefined,
): readonly (string | undefined)[] {
  const recall = (query: Query) => {
    const value = valueOf(query);
    return value === undefined ? undefined : ({ state: 'fresh', value } as const);
  };
  return targets.map(({ template }) => {
    const resolution = resolve(template, recall as Recall);
    return resolution.kind === 'complete' ? resolution.text : undefined;
  });
}

interface Masked {
  readonly answers: readonly AnsweredQuery[];
  readonly masked: Map<string, string>;
  readonly leftOut: Map<string, string>;
}

function maskAll(
  answered: readonly AnsweredQuery[],
  secrets: ReadonlySet<string>,
  rules: MaskingRules,
): Masked {
  const result = { answers: [] as AnsweredQuery[], masked: new Map(), leftOut: new Map() };
  for (const { query, value } of answered) {
    const masked = maskAnswer(query, value, secrets, rules);
    const name = createMask(secrets, MASKED)(answerName(query));
    if (masked === undefined) result.leftOut.set(name, 'its name holds a secret');
    else {
      result.answers.push({ query, value: masked.value });
      if (masked.why !== undefined) result.masked.set(name, masked.why);
    }
  }
  return result;
}

async function changesText(
  news: readonly Change[],
  afterMs: number,
  secrets: ReadonlySet<string>,
  rules: MaskingRules,
  alreadyMasked: Set<string>,
): Promise<string | undefined> {
  const fresh: AnsweredQuery[] = [];
  const held: { readonly query: Query; readonly reason: string }[] = [];
  const hide = createMask(secrets, MASKED);
  for (const { query, answer } of news) {
    if (answer.state === 'fresh') fresh.push({ query, value: answer.value });
    else if (hide(queryId(query)) === queryId(query)) {
      held.push({ query, reason: hide(describeError(answer.reason)) });
    }
  }
  const { answers, masked } = maskAll(fresh, secrets, rules);
  if (answers.length + held.length === 0) return undefined;
  for (const name of alreadyMasked) masked.delete(name);
  for (const name of masked.keys()) alreadyMasked.add(name);
  return changeText({ afterMs, answers, held, masked });
}
