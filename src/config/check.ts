import * as v from 'valibot';
import { maskSecrets } from '../core/mask-secrets.ts';
import { nearest } from '../core/nearest.ts';
import { isMap, pathPattern, type ConfigDocument, type DocumentPath } from './document.ts';
import { inOrder, problemAt, type Problem } from './problems.ts';
import { checkRules } from './rules.ts';
import { configSchema, type ConfigContent } from './schema.ts';
import { findUnknownKeys } from './unknown-keys.ts';

/** A document that was checked, or all that is wrong with it. */
export type CheckResult =
  | { readonly content: ConfigContent; readonly problems: readonly [] }
  | { readonly content: undefined; readonly problems: readonly Problem[] };

/** Checks a document against the schema and the rules. An empty document is an empty config. */
export function checkDocument(document: ConfigDocument): CheckResult {
  if (document.content === null || document.content === undefined) {
    return { content: {}, problems: [] };
  }
  if (!isMap(document.content)) {
    const message = `expected a map at the top, found ${kindOf(document.content)}`;
    return { content: undefined, problems: [problemAt(document, [], 'value', { message })] };
  }
  const result = v.safeParse(configSchema, document.content);
  const problems = [
    ...findUnknownKeys(document),
    ...(result.issues ?? [])
      .flatMap(inMaps)
      .flatMap((issue) => issueProblem(document, issue) ?? []),
    ...checkRules(document),
  ];
  if (result.success && problems.length === 0) return { content: result.output, problems: [] };
  return { content: undefined, problems: inOrder(problems) };
}

/** Where one form of several is a map, and a map was written, what is wrong is wrong in the map. */
function inMaps(issue: v.BaseIssue<unknown>): readonly v.BaseIssue<unknown>[] {
  const { path = [], issues = [] } = issue;
  const within = issue.type === 'union' && isMap(issue.input) ? issues : [];
  const deeper = within.filter((one) => one.path !== undefined);
  if (deeper.length === 0) return [issue];
  return deeper.map((one) => ({ ...one, path: [...path, ...(one.path ?? [])] }) as typeof one);
}

function issueProblem(document: ConfigDocument, issue: v.BaseIssue<unknown>): Problem | undefined {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  if (issue.type === 'strict_object') {
    // Unknown keys are findUnknownKeys's.
    if (issue.expected === 'never') return undefined;
    if (issue.path?.at(-1)?.origin === 'key') {
      return problemAt(document, path, 'value', { message: 'missing', suggestion: 'add it' });
    }
  }
  const pattern = pathPattern(path);
  return problemAt(document, path, 'value', {
    message: `expected ${issue.message}, found ${show(issue.input, path)}`,
    suggestion: suggest(issue, pattern),
  });
}

function suggest(issue: v.BaseIssue<unknown>, pattern: string): string | undefined {
  const { input } = issue;
  if (input === null) return 'give it a value, or remove the key';
  if (pattern === 'templates[].perms' && typeof input === 'number') {
    const digits = String(input);
    const meant = /^[0-7]{3}$/.test(digits) ? `0${digits}` : '0644';
    return `write "${meant}" in quotes: YAML reads a bare 0644 as the decimal number 644, and 0o644 as 420`;
  }
  if (/duration|quiet period/.test(issue.message) && typeof input === 'number' && input >= 0) {
    return `add a unit: "${input}s" for seconds`;
  }
  if (issue.type === 'picklist' && typeof input === 'string') {
    const words = (issue as v.PicklistIssue).message.replace('one of ', '').split(', ');
    const close = nearest(input, words);
    return close === undefined ? undefined : `did you mean ${close}?`;
  }
  if (pattern === 'catalog.consul.address' && typeof input === 'string' && input.includes('@')) {
    return 'give user and password as catalog.consul.auth';
  }
  if (issue.message.startsWith('a list of') && typeof input === 'string') return 'put it in [ ]';
  return undefined;
}

/** Only these keys of the catalog hold nothing that must not be shown. */
const SHOWN_IN_CATALOG =
  /^catalog\.consul\.(?:wait|maxConnections|consistency|consistencyOf\..*|tls\.verify)$/;

function mayBeShown(value: unknown, pattern: string): boolean {
  // Before an @ in an address stands a password.
  const isPlainAddress =
    pattern === 'catalog.consul.address' && !(typeof value === 'string' && value.includes('@'));
  return isPlainAddress || SHOWN_IN_CATALOG.test(pattern);
}

function show(value: unknown, path: DocumentPath): string {
  const kind = kindOf(value);
  const isHidden = path[0] === 'catalog' && !mayBeShown(value, pathPattern(path));
  if (isHidden || !['text', 'the number', 'the boolean'].includes(kind)) {
    return kind.replace('the ', 'a ');
  }
  if (typeof value !== 'string') return `${kind} ${String(value)}`;
  const shown = maskSecrets(value);
  return JSON.stringify(shown.length > 40 ? `${shown.slice(0, 40)}…` : shown);
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return isMap(value) ? 'a map' : 'a date';
  return typeof value === 'string' ? 'text' : `the ${typeof value}`;
}
