import type { Span } from '../gotemplate/nodes.ts';
import { asArgument, entryOfTexts, tight, type Expression, type Judge } from './expression.ts';
import { quoted } from './literals.ts';
import { isScalar, itemShape, memberShape, NUMBER, TEXT, TRUTH, UNKNOWN } from './shapes.ts';

type Conversion = (args: readonly Expression[], at: Span, judge: Judge, name: string) => Expression;

const COMPARISONS: Readonly<Record<string, string>> = {
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** Go's own functions as Nunjucks says them. */
const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  and: connective,
  or: connective,
  not: ([value], at, judge) => {
    const truth = value === undefined ? '""' : judge.truth(value, at);
    const inside = /^[\w.()"[\]]+$/.test(truth) ? truth : `(${truth})`;
    return { code: `not ${inside}`, shape: TRUTH, binding: 'joined' };
  },
  eq: ([first, ...others]) => {
    const tests = others.map((other) => `${operandOf(first)} == ${tight(other)}`);
    return { code: tests.join(' or '), shape: TRUTH, binding: 'joined' };
  },
  ...Object.fromEntries(Object.keys(COMPARISONS).map((name) => [name, compare])),
  len: ([value], at, { book }) => {
    if (value !== undefined && (isScalar(value.shape) || value.shape.kind === 'unknown')) {
      book.uncertain(at, 'Go counts the bytes of a text, Nunjucks its characters');
    }
    const code = `${value === undefined ? '""' : tight(value)} | length`;
    return { code, shape: NUMBER, binding: 'piped' };
  },
  index: ([value, ...keys]) =>
    keys.reduce<Expression>(item, value ?? { code: 'none', shape: UNKNOWN, binding: 'member' }),
  slice: ([value, ...bounds], at, { book }) => {
    if (value?.shape.kind !== 'list') {
      book.uncertain(at, 'Go cuts a text by its bytes, Nunjucks by its characters');
    }
    const code = `${operandOf(value)}.slice(${bounds.map(asArgument).join(', ')})`;
    return { code, shape: value?.shape ?? UNKNOWN, binding: 'member' };
  },
  print: (args, at, { book }) => {
    const wantsSpace = args.some((value, position) => {
      const next = args[position + 1];
      return next !== undefined && value.shape.kind !== 'text' && next.shape.kind !== 'text';
    });
    if (wantsSpace) book.uncertain(at, 'print sets spaces between values that are no texts');
    return joined(args);
  },
  println: (args, at, { book }) => {
    if (args.length > 1) book.lost(at, 'println of several values has no counterpart');
    return joined([...args, text('\n')]);
  },
  printf: ([format, ...values], at, { book }) => {
    const pieces = format === undefined ? undefined : piecesOfFormat(format, values);
    if (pieces !== undefined) return joined(pieces);
    book.lost(at, 'printf with this format has no counterpart');
    return joined(values);
  },
  html: lost,
  js: lost,
  urlquery: lost,
  call: lost,
};

/** Whether a function is one of Go's own. */
export function isBuiltIn(name: string): boolean {
  return Object.hasOwn(CONVERSIONS, name);
}

/** A call of one of Go's own functions. */
export function convertBuiltIn(
  name: string,
  args: readonly Expression[],
  at: Span,
  judge: Judge,
): Expression {
  const convert = CONVERSIONS[name] ?? lost;
  return convert(args, at, judge, name);
}

/** `and` and `or` give one of their arguments; which one, only lists and maps could tell apart. */
function connective(args: readonly Expression[], at: Span, judge: Judge, name: string): Expression {
  const parts = args.map((value) => {
    const truth = judge.truth(value, at);
    return truth === value.code && value.binding !== 'joined' ? truth : `(${truth})`;
  });
  const [shape = TRUTH] = args.map((value) => value.shape);
  const same = args.every((value) => value.shape.kind === shape.kind);
  const result = same && isScalar(shape) ? shape : args.every(isTested) ? TRUTH : UNKNOWN;
  return { code: parts.join(` ${name} `), shape: result, binding: 'joined' };
}

function isTested({ shape }: Expression): boolean {
  return isScalar(shape) || shape.kind === 'list' || shape.kind === 'map';
}

function compare(
  [first, second]: readonly Expression[],
  _at: Span,
  _judge: Judge,
  name: string,
): Expression {
  const code = `${operandOf(first)} ${COMPARISONS[name]} ${operandOf(second)}`;
  return { code, shape: TRUTH, binding: 'joined' };
}

function item(value: Expression, key: Expression): Expression {
  const code = `${tight(value)}[${key.code}]`;
  const { shape } = value;
  if (shape.kind === 'map' && shape.texts) return entryOfTexts(code);
  const shapeOfItem = shape.kind === 'struct' ? memberShape(shape, '') : itemShape(shape);
  return { code, shape: shapeOfItem, binding: 'member' };
}

function lost(args: readonly Expression[], at: Span, { book }: Judge, name: string): Expression {
  book.lost(at, `${name} has no counterpart`);
  return joined(args);
}

function joined(values: readonly Expression[]): Expression {
  const [only, ...others] = values;
  if (only === undefined) return text('');
  if (others.length === 0 && only.shape.kind === 'text') return only;
  // Behind an empty text a number is text, too.
  const parts = others.length === 0 ? [text(''), only] : values;
  return { code: parts.map(tight).join(' ~ '), shape: TEXT, binding: 'joined' };
}

/** A format with none but `%s`, `%d`, `%v` and `%%`, as the pieces that it is made of; undefined for any other. */
function piecesOfFormat(
  format: Expression,
  values: readonly Expression[],
): readonly Expression[] | undefined {
  if (!/^"(?:[^"\\]|\\.)*"$/s.test(format.code)) return undefined;
  const parts = format.code.slice(1, -1).split(/(%.)/s);
  const pieces: Expression[] = [];
  const left = [...values];
  for (const part of parts) {
    if (part === '') continue;
    if (part === '%%') pieces.push({ ...text(''), code: '"%"' });
    else if (!part.startsWith('%')) pieces.push({ ...text(''), code: `"${part}"` });
    else {
      const value = left.shift();
      const fits = value !== undefined && isScalar(value.shape) && verbFits(part, value);
      if (!fits) return undefined;
      pieces.push(value);
    }
  }
  return left.length === 0 ? pieces : undefined;
}

/** A verb for another kind of value prints a complaint. */
function verbFits(verb: string, { shape }: Expression): boolean {
  if (verb === '%v') return true;
  if (verb === '%d') return shape.kind === 'number' || shape.kind === 'scalar';
  return verb === '%s' && (shape.kind === 'text' || shape.kind === 'scalar');
}

function text(value: string): Expression {
  return { code: quoted(value), shape: TEXT, binding: 'member' };
}

function operandOf(value: Expression | undefined): string {
  return value === undefined ? '""' : tight(value);
}
