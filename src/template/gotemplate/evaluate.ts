import type { MissingKey } from '../engine.ts';
import type { Notes } from '../notes.ts';
import { CallError } from './call-error.ts';
import { isStackOverflow } from './complaint.ts';
import { PipelineEvaluator } from './evaluate-pipeline.ts';
import { GoFailure } from './failure.ts';
import { formatAsPrinted } from './format-value.ts';
import { failureAt, type Frame } from './frame.ts';
import { isList, isTrue } from './inspect.ts';
import type { ControlStatement, Span, Statement } from './nodes.ts';
import type { Templates } from './parser.ts';
import { StepBudget } from './step-budget.ts';
import { turnsOf } from './turns.ts';
import type { ValueSizes } from './value-size.ts';
import { GoMethod, type GoValue } from './values.ts';
import { Variables } from './variables.ts';

/** Go allows a hundred thousand, and has a stack that grows. */
const DEEPEST_TEMPLATE = 500;
/** A function that runs a template takes more of the stack than the statement does. */
const DEEPEST_EXECUTED = 100;

/** How one rendering is to be done. */
export interface EvaluateOptions {
  readonly missingKey: MissingKey;
  /** Printing what is no value is an error. */
  readonly strict: boolean;
  /** What is known of the sizes of values; answers are the same in many renderings. */
  readonly sizes: ValueSizes;
}

/** Whether a list of statements came to its end, or left the loop around it. */
type Course = 'on' | 'break' | 'continue';

/** Runs the template of this name over `dot` and returns its text. Throws a GoFailure. */
export function evaluate(
  templates: Templates,
  name: string,
  dot: GoValue,
  notes: Notes,
  options: EvaluateOptions,
): string {
  const tree = templates.get(name);
  if (tree === undefined) throw new Error(`no template ${name}`);
  const evaluation = new Evaluation(templates, notes, options);
  try {
    evaluation.run({ tree, variables: new Variables(dot) }, dot);
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    throw new GoFailure(tree.source.positionAt(0), 'the template is nested too deep');
  }
  return evaluation.text;
}

class Evaluation {
  text = '';
  readonly #templates: Templates;
  readonly #notes: Notes;
  readonly #strict: boolean;
  readonly #budget: StepBudget;
  readonly #pipelines: PipelineEvaluator;
  #depth = 0;
  #executing = 0;

  constructor(templates: Templates, notes: Notes, { missingKey, strict, sizes }: EvaluateOptions) {
    this.#templates = templates;
    this.#notes = notes;
    this.#strict = strict;
    this.#budget = new StepBudget(sizes);
    this.#pipelines = new PipelineEvaluator(notes, missingKey, this.#budget);
    notes.executeTemplate = (name, dot) => this.#execute(name, dot as GoValue);
  }

  run(frame: Frame, dot: GoValue): void {
    this.#list(frame.tree.body, dot, frame);
  }

  #list(statements: readonly Statement[], dot: GoValue, frame: Frame): Course {
    for (const statement of statements) {
      const course = this.#statement(statement, dot, frame);
      if (course !== 'on') return course;
    }
    return 'on';
  }

  #statement(statement: Statement, dot: GoValue, frame: Frame): Course {
    switch (statement.kind) {
      case 'text':
        this.#write(statement.text, frame, statement.start);
        return 'on';
      case 'action': {
        this.#budget.spend(frame.tree, statement.start);
        const value = this.#pipelines.evaluate(statement.pipe, dot, frame);
        if (statement.pipe.variables.length === 0) this.#print(value, statement, frame);
        return 'on';
      }
      case 'if':
      case 'with':
      case 'range': {
        this.#budget.spend(frame.tree, statement.start);
        const mark = frame.variables.mark();
        const course =
          statement.kind === 'range'
            ? this.#range(statement, dot, frame)
            : this.#branch(statement, dot, frame);
        frame.variables.endSince(mark);
        return course;
      }
      case 'template':
        this.#template(statement, dot, frame);
        return 'on';
      case 'break':
      case 'continue':
        return statement.kind;
    }
  }

  #branch(statement: ControlStatement, dot: GoValue, frame: Frame): Course {
    const value = this.#pipelines.evaluate(statement.pipe, dot, frame);
    if (!isTrue(value)) return this.#list(statement.otherwise, dot, frame);
    return this.#list(statement.body, statement.kind === 'with' ? value : dot, frame);
  }

  #range(statement: ControlStatement, dot: GoValue, frame: Frame): Course {
    const value = this.#pipelines.evaluate(statement.pipe, dot, frame);
    const mark = frame.variables.mark();
    if (isList(value)) {
      const hasKeys = statement.pipe.variables.length > 1;
      for (let at = 0; at < value.length; at += 1) {
        const key = hasKeys ? BigInt(at) : undefined;
        if (this.#turn(statement, key, value[at], mark, frame) === 'break') break;
      }
      return value.length === 0 ? this.#list(statement.otherwise, dot, frame) : 'on';
    }
    let isEmpty = true;
    for (const [key, item] of turnsOf(value, statement, frame)) {
      isEmpty = false;
      if (this.#turn(statement, key, item, mark, frame) === 'break') break;
    }
    return isEmpty ? this.#list(statement.otherwise, dot, frame) : 'on';
  }

  #turn(
    statement: ControlStatement,
    key: GoValue,
    item: GoValue,
    mark: number,
    frame: Frame,
  ): Course {
    this.#budget.spend(frame.tree, statement.start);
    this.#setLoopVariables(statement, key, item, frame);
    const course = this.#list(statement.body, item, frame);
    frame.variables.endSince(mark);
    return course;
  }

  #setLoopVariables(
    { pipe }: ControlStatement,
    key: GoValue,
    item: GoValue,
    { variables }: Frame,
  ): void {
    const [first, second] = pipe.variables;
    if (first === undefined) return;
    if (second === undefined) {
      if (pipe.assigns) variables.assign(first, item);
      else variables.setFromTop(1, item);
    } else if (pipe.assigns) {
      variables.assign(first, key);
      variables.assign(second, item);
    } else {
      variables.setFromTop(2, key);
      variables.setFromTop(1, item);
    }
  }

  #template(statement: Extract<Statement, { kind: 'template' }>, dot: GoValue, frame: Frame): void {
    this.#budget.spend(frame.tree, statement.start);
    const tree = this.#templates.get(statement.name);
    if (tree === undefined) {
      throw failureAt(frame, statement, `template ${JSON.stringify(statement.name)} not defined`);
    }
    if (this.#depth === DEEPEST_TEMPLATE) {
      throw failureAt(frame, statement, `exceeded maximum template depth (${DEEPEST_TEMPLATE})`, {
        advice: 'the template calls itself without end',
      });
    }
    const given =
      statement.pipe === undefined
        ? undefined
        : this.#pipelines.evaluate(statement.pipe, dot, frame);
    this.#depth += 1;
    this.run({ tree, variables: new Variables(given) }, given);
    this.#depth -= 1;
  }

  /** Runs a template for a function that wants its text. */
  #execute(name: string, dot: GoValue): string {
    const tree = this.#templates.get(name);
    if (tree === undefined) throw new CallError(`template ${JSON.stringify(name)} not defined`);
    if (this.#executing === DEEPEST_EXECUTED) {
      throw new CallError(`exceeded maximum template depth (${DEEPEST_EXECUTED})`);
    }
    const before = this.text;
    this.text = '';
    this.#executing += 1;
    this.run({ tree, variables: new Variables(dot) }, dot);
    this.#executing -= 1;
    const { text } = this;
    this.text = before;
    return text;
  }

  #print(value: GoValue, at: Span, frame: Frame): void {
    if (value instanceof GoMethod) {
      throw failureAt(frame, at, "can't print a function that was not called");
    }
    const isNothing = value === undefined || value === null;
    if (isNothing && this.#strict && !this.#notes.isIncomplete) {
      throw failureAt(frame, at, 'there is no value to print', {
        advice: 'correct the name, test it with if, or set strict: false on the target',
      });
    }
    this.#budget.look(frame.tree, at.start, value);
    const text = isNothing ? NO_VALUE : typeof value === 'string' ? value : formatAsPrinted(value);
    if (this.#notes.tripwire.objectsTo(text)) {
      throw failureAt(
        frame,
        at,
        'this holds a control character or line feed that came from service or node data, which anybody who may register can write',
        {
          advice:
            'pipe it into a function that quotes it, or set controlCharacters: allow on the target',
        },
      );
    }
    this.#write(text, frame, at.start);
  }

  #write(text: string, { tree }: Frame, at: number): void {
    this.#budget.print(tree, at, text);
    this.text += text;
  }
}

const NO_VALUE = '<no value>';
