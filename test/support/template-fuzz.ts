import { freezeValue } from '../../src/catalog/values.ts';
import { AutotmplError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Recall } from '../../src/template/engine.ts';
import { BUILT_INS } from '../../src/template/gotemplate/built-ins.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../src/template/gotemplate/consul-template-functions.ts';
import { createGoEngine } from '../../src/template/gotemplate/engine.ts';
import { GoFailure } from '../../src/template/gotemplate/failure.ts';
import { instance } from '../unit/template/functions/known-facts.ts';
import { DATA } from '../unit/template/gotemplate/known-go-engine.ts';
import { TemplateMaker } from './template-maker.ts';

/** What reaches out of the program is not for random templates. */
const DENIED = ['plugin', 'writeToFile'];
/** The budget of one rendering ends it in a few seconds; this many on a busy machine. */
const LONGEST_MS = 60_000;
/** What one rendering may print, and what is joined to it by the last step. */
const MOST_CHARACTERS = 256 * 1024 * 1024;

/** What a fuzz saw. */
export interface FuzzReport {
  readonly seed: number;
  readonly templates: number;
  readonly rendered: number;
  readonly slowestMs: number;
  readonly slowest: string;
  /** Each with its template. */
  readonly findings: readonly string[];
}

const functions = new Map(
  [...BUILT_INS, ...CONSUL_TEMPLATE_FUNCTIONS].filter(([name]) => !DENIED.includes(name)),
);

const engine = createGoEngine({
  environment: { HOME: '/root' },
  clock: systemClock,
  functions: CONSUL_TEMPLATE_FUNCTIONS,
  dot: DATA,
});

const instances = freezeValue([instance({ ID: 'web-1' }), instance({ ID: 'a\nb', Name: '{{' })]);

/** Half of what is asked is known. */
const recall = ((query: { readonly kind: string }) => {
  if (query.kind === 'service') return { state: 'fresh', value: instances };
  return query.kind === 'key'
    ? { state: 'fresh', value: { Key: 'k', Path: 'k', Value: 'v\nw' } }
    : undefined;
}) as unknown as Recall;

/**
 * Compiles and renders random templates, the same for the same seed, until `isOver`. A finding is a crash, an error without a
 * place and a reason, a defect of ours inside of an error, and what takes too long or prints too much.
 */
export function fuzzTemplates(seed: number, isOver: (templates: number) => boolean): FuzzReport {
  const maker = new TemplateMaker(seed, functions);
  const report = { seed, templates: 0, rendered: 0, slowestMs: 0, slowest: '' };
  const findings: string[] = [];
  while (!isOver(report.templates)) {
    const template = maker.next();
    const startedAt = performance.now();
    const { finding, rendered } = judge(template);
    const ms = performance.now() - startedAt;
    report.templates += 1;
    if (rendered) report.rendered += 1;
    if (ms > report.slowestMs) Object.assign(report, { slowestMs: ms, slowest: template });
    const trouble = finding ?? (ms > LONGEST_MS ? `it took ${ms} ms` : undefined);
    if (trouble !== undefined && findings.length < 20) {
      findings.push(`${trouble}: ${JSON.stringify(template)}`);
    }
  }
  return { ...report, findings };
}

function judge(text: string): { readonly finding?: string; readonly rendered: boolean } {
  const options = { strict: false, allowControlCharacters: false, functionDenylist: DENIED };
  try {
    const source = { name: 't.ctmpl', text, folder: '/nowhere' };
    const { error, text: printed } = engine.compile(source, options).render(recall);
    if (error !== undefined) throw error;
    const length = printed?.length ?? 0;
    return length > MOST_CHARACTERS
      ? { finding: `it printed ${length} characters`, rendered: true }
      : { rendered: true };
  } catch (error) {
    const finding = complaintAbout(error);
    return { ...(finding !== undefined && { finding }), rendered: false };
  }
}

function complaintAbout(error: unknown): string | undefined {
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!(error instanceof AutotmplError)) return `a crash: ${shown}`;
  if (!(error.cause instanceof GoFailure)) return `an error without a place: ${shown}`;
  if (!/^t\.ctmpl:\d+:\d+: \S/.test(error.message)) return `an odd message: ${error.message}`;
  let cause: unknown = error.cause.cause;
  while (cause instanceof Error) {
    const isOurs = cause instanceof TypeError || cause instanceof RangeError;
    if (isOurs || cause instanceof ReferenceError) return `a defect: ${cause.stack ?? ''}`;
    cause = cause.cause;
  }
  return undefined;
}
