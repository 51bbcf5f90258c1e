import { AutotmplError } from '../../core/errors.ts';
import type { MissingKey } from '../engine.ts';
import type { Notes } from '../notes.ts';
import { complaintOf, isStackOverflow, isTooLong } from './complaint.ts';
import { GoFailure } from './failure.ts';
import { failureAt, type Frame } from './frame.ts';
import { isTrue } from './inspect.ts';
import { fieldOf, MemberError, methodOf } from './members.ts';
import type { Command, FunctionOperand, Operand, Pipeline, Span } from './nodes.ts';
import type { StepBudget } from './step-budget.ts';
import { GoStruct, type GoFunction, type GoValue } from './values.ts';

/** The value from the command before, if there is one: the last argument of what takes arguments. */
type Piped = readonly [] | readonly [GoValue];
const NOTHING: Piped = [];
const NO_OPERANDS: readonly Operand[] = [];

/** Evaluates pipelines, commands and operands. */
export class PipelineEvaluator {
  readonly #notes: Notes;
  readonly #missingKey: MissingKey;
  readonly #budget: StepBudget;

  constructor(notes: Notes, missingKey: MissingKey, budget: StepBudget) {
    this.#notes = notes;
    this.#missingKey = missingKey;
    this.#budget = budget;
  }

  /** The value of a pipeline; its variables begin, or are given the value. */
  evaluate(pipe: Pipeline, dot: GoValue, frame: Frame): GoValue {
    const { lone } = pipe;
    // Most of what is printed: `.Address`, `$server.Port`.
    if (lone !== undefined) return this.#operand(lone, dot, frame) ?? undefined;
    let piped = NOTHING;
    for (const command of pipe.commands) {
      // A nil that leaves a command is no value any more, whatever could hold it.
      piped = [this.#command(command, dot, piped, frame) ?? undefined];
    }
    const [value] = piped;
    for (const name of pipe.variables) {
      if (!pipe.assigns) frame.variables.declare(name, value);
      else if (!frame.variables.assign(name, value)) {
        throw failureAt(frame, pipe, `undefined variable: ${name}`);
      }
    }
    return value;
  }

  #command(command: Command, dot: GoValue, piped: Piped, frame: Frame): GoValue {
    const [first, ...rest] = command.operands;
    switch (first.kind) {
      case 'field':
        return this.#path(first, dot, first.path, dot, rest, piped, frame);
      case 'chain': {
        const receiver = this.#chainStart(first.of, dot, frame);
        return this.#path(first, receiver, first.path, dot, rest, piped, frame);
      }
      case 'variable': {
        const receiver = this.#variable(first, frame);
        if (first.path.length === 0) this.#refuseArguments(first, rest, piped, frame);
        return this.#path(first, receiver, first.path, dot, rest, piped, frame);
      }
      case 'function':
        return this.#function(first, command, dot, rest, piped, frame);
      case 'nil':
        throw failureAt(frame, first, 'nil is not a command');
      case 'dot':
      case 'constant':
      case 'pipeline':
        this.#refuseArguments(first, rest, piped, frame);
        return this.#operand(first, dot, frame);
    }
  }

  /** An operand as an argument: nothing is piped into it, and a function gets no arguments. */
  #operand(operand: Operand, dot: GoValue, frame: Frame): GoValue {
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'nil':
        return null;
      case 'constant':
        return operand.value;
      case 'field':
        return this.#path(operand, dot, operand.path, dot, NO_OPERANDS, NOTHING, frame);
      case 'variable': {
        const receiver = this.#variable(operand, frame);
        return this.#path(operand, receiver, operand.path, dot, NO_OPERANDS, NOTHING, frame);
      }
      case 'function':
        return this.#function(operand, operand, dot, NO_OPERANDS, NOTHING, frame);
      case 'chain': {
        const receiver = this.#chainStart(operand.of, dot, frame);
        return this.#path(operand, receiver, operand.path, dot, NO_OPERANDS, NOTHING, frame);
      }
      case 'pipeline':
        return this.evaluate(operand, dot, frame);
    }
  }

  #chainStart(operand: Operand, dot: GoValue, frame: Frame): GoValue {
    return this.#operand(operand, dot, frame) ?? undefined;
  }

  #variable(operand: Extract<Operand, { kind: 'variable' }>, frame: Frame): GoValue {
    const place = frame.variables.placeOf(operand.name);
    if (place === -1) throw failureAt(frame, operand, `undefined variable: ${operand.name}`);
    return frame.variables.at(place);
  }

  /** Follows fields. The last one may be a method, which takes the arguments. */
  #path(
    at: Span,
    start: GoValue,
    path: readonly string[],
    dot: GoValue,
    rest: readonly Operand[],
    piped: Piped,
    frame: Frame,
  ): GoValue {
    let value = start;
    const last = path.length - 1;
    for (let index = 0; index <= last; index += 1) {
      const name = path[index] ?? '';
      const method = methodOf(value, name);
      if (method === undefined) {
        if (index === last && rest.length + piped.length > 0) {
          throw failureAt(frame, at, noMethod(value, name));
        }
        value = this.#field(at, value, name, frame);
      } else {
        const values = index === last ? this.#arguments(rest, dot, piped, frame) : [];
        value = this.#call(at, name, method, values, frame);
      }
    }
    return value;
  }

  #field(at: Span, receiver: GoValue, name: string, frame: Frame): GoValue {
    try {
      return fieldOf(receiver, name, this.#missingKey);
    } catch (error) {
      throw error instanceof MemberError ? failureAt(frame, at, error.message) : error;
    }
  }

  #function(
    operand: FunctionOperand,
    at: Span,
    dot: GoValue,
    rest: readonly Operand[],
    piped: Piped,
    frame: Frame,
  ): GoValue {
    const { called, name } = operand;
    this.#checkCount(at, name, called, rest.length + piped.length, frame);
    if (called.stopsAt !== undefined) {
      return this.#shortCircuit(called.stopsAt, dot, rest, piped, frame);
    }
    const values = this.#arguments(rest, dot, piped, frame);
    this.#notes.position = operand.position;
    return this.#call(at, name, called, values, frame);
  }

  #shortCircuit(
    stopsAt: boolean,
    dot: GoValue,
    rest: readonly Operand[],
    piped: Piped,
    frame: Frame,
  ): GoValue {
    let value: GoValue;
    for (const operand of rest) {
      value = this.#operand(operand, dot, frame);
      if (isTrue(value) === stopsAt) return value;
    }
    return piped.length === 1 ? piped[0] : value;
  }

  #arguments(
    rest: readonly Operand[],
    dot: GoValue,
    piped: Piped,
    frame: Frame,
  ): readonly GoValue[] {
    return [...rest.map((operand) => this.#operand(operand, dot, frame)), ...piped];
  }

  #call(
    at: Span,
    name: string,
    called: GoFunction,
    values: readonly GoValue[],
    frame: Frame,
  ): GoValue {
    this.#checkCount(at, name, called, values.length, frame);
    this.#budget.spend(frame.tree, at.start);
    if (called.atOnce !== true) {
      for (const value of values) this.#budget.look(frame.tree, at.start, value);
    }
    let result: GoValue;
    try {
      result = this.#notes.tripwire.guard(called.gives, values, (inputs) =>
        called.call(this.#notes, inputs as readonly GoValue[]),
      ) as GoValue;
    } catch (error) {
      if (error instanceof GoFailure || isStackOverflow(error)) throw error;
      const advice = error instanceof AutotmplError ? error.advice : undefined;
      const complaint = complaintOf(error);
      // Our own functions begin with their name.
      const message = complaint.startsWith(`${name}: `)
        ? complaint
        : `error calling ${name}: ${complaint}`;
      throw failureAt(frame, at, message, isTooLong(error) ? {} : { advice, cause: error });
    }
    // What was looked up is as large as it is.
    if (called.atOnce !== true && called.gives !== 'facts') {
      this.#budget.make(frame.tree, at.start, result);
    }
    return result;
  }

  #checkCount(at: Span, name: string, called: GoFunction, count: number, frame: Frame): void {
    const { least, most } = called;
    if (count >= least && count <= most) return;
    const want =
      least === most
        ? String(least)
        : most === Number.POSITIVE_INFINITY
          ? `at least ${least}`
          : `${least} to ${most}`;
    throw failureAt(frame, at, `wrong number of args for ${name}: want ${want} got ${count}`);
  }

  #refuseArguments(at: Span, rest: readonly Operand[], piped: Piped, frame: Frame): void {
    if (rest.length + piped.length === 0) return;
    const text = frame.tree.source.excerpt(at.start, at.end);
    throw failureAt(frame, at, `can't give argument to non-function ${text}`);
  }
}

function noMethod(receiver: GoValue, name: string): string {
  return receiver instanceof GoStruct
    ? `${name} has arguments but cannot be invoked as function`
    : `${name} is not a method but has arguments`;
}
