import type { FunctionScope } from '../functions/function.ts';
import type { Rule } from '../reads/functions.ts';
import { HELD, REMAKE, type TextHolder } from '../texts.ts';
import type { Outcome } from '../tripwire.ts';

/**
 * A value as a template has it. Go tells integers from floats: `eq 1 1.0` is an error, `1.0` prints as `1`, and an integer has
 * 64 bits. JavaScript has a type for each, so no value needs a tag: an integer is a bigint, a float a number. What comes
 * from elsewhere is turned into these at the border (`go-data.ts`).
 *
 * `undefined` is no value at all: a missing entry, or nothing yet. `null` is Go's nil in a place that may hold anything. Both
 * print as `<no value>`; a field of the first is nothing again, a field of the second is an error.
 */
export type GoValue =
  | undefined
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly GoValue[]
  | GoMap
  | GoStruct
  | GoMethod
  | GoRecord;

/** A map from names to anything: Go's `map[string]interface {}`. Only its own properties count. */
export interface GoRecord {
  readonly [name: string]: GoValue;
}

/** A key of a map. */
export type GoKey = string | bigint;

const NO_METHODS_OF_A_MAP: Readonly<Record<string, GoFunction>> = Object.freeze({});

/** A map that a plain object cannot be: its keys are integers, or its values have a type with a zero of its own. */
export class GoMap implements TextHolder {
  /** What Go calls it. */
  readonly typeName: string;
  /** The value of an entry that is not there; undefined where that is nil. */
  readonly zero: GoValue;
  readonly #methods: Readonly<Record<string, GoFunction>>;
  /** An object is turned into entries only where somebody wants all of them: of a thousand small maps most are asked for one name. */
  #entries: ReadonlyMap<GoKey, GoValue> | TextsByName;

  constructor(
    typeName: string,
    entries: Iterable<readonly [GoKey, GoValue]> | TextsByName,
    zero?: GoValue,
    methods: Readonly<Record<string, GoFunction>> = NO_METHODS_OF_A_MAP,
  ) {
    this.typeName = typeName;
    this.#entries =
      Symbol.iterator in entries && !(entries instanceof Map)
        ? new Map(entries)
        : (entries as Map<GoKey, GoValue> | TextsByName);
    this.zero = zero;
    this.#methods = methods;
  }

  /** Names or numbers, and what is behind them. */
  get entries(): ReadonlyMap<GoKey, GoValue> {
    if (!(this.#entries instanceof Map)) this.#entries = definedTexts(this.#entries as TextsByName);
    return this.#entries as ReadonlyMap<GoKey, GoValue>;
  }

  /** What is behind a name or number; undefined where there is no such entry, or it holds nothing. */
  get(key: GoKey): GoValue {
    if (this.#entries instanceof Map) return this.#entries.get(key) as GoValue;
    const texts = this.#entries as TextsByName;
    return typeof key === 'string' && Object.hasOwn(texts, key) ? texts[key] : undefined;
  }

  /** The method of this name. */
  method(name: string): GoFunction | undefined {
    return Object.hasOwn(this.#methods, name) ? this.#methods[name] : undefined;
  }

  [HELD](): object {
    return [...this.entries];
  }

  [REMAKE](held: unknown): GoMap {
    return new GoMap(
      this.typeName,
      held as (readonly [GoKey, GoValue])[],
      this.zero,
      this.#methods,
    );
  }
}

/** The methods of a list, by name. */
export type ListMethods = (items: readonly GoValue[]) => Readonly<Record<string, GoFunction>>;

/** A list with a type of its own, and methods. */
export class GoList extends Array<GoValue> implements TextHolder {
  readonly #typeName: string;
  readonly #methods: ListMethods;

  constructor(typeName: string, items: readonly GoValue[], methods: ListMethods) {
    super();
    for (const item of items) this.push(item);
    this.#typeName = typeName;
    this.#methods = methods;
  }

  /** What is cut out of it is a plain list. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** What Go calls it. */
  get typeName(): string {
    return this.#typeName;
  }

  /** The method of this name. */
  method(name: string): GoFunction | undefined {
    const methods = this.#methods(this);
    return Object.hasOwn(methods, name) ? methods[name] : undefined;
  }

  [HELD](): object {
    return [...this];
  }

  [REMAKE](held: unknown): GoList {
    return new GoList(this.#typeName, held as readonly GoValue[], this.#methods);
  }
}

const NO_METHODS: ReadonlyMap<string, GoFunction> = new Map();

/** Makes a value of what a field holds. */
export type FieldTurn = (name: string, held: unknown) => GoValue;

/**
 * Fields with fixed names, and methods: another name is an error instead of a missing entry. With a `turn` the fields hold data of
 * somebody else, and each becomes a value when it is asked for: of a thousand instances most fields never are.
 */
export class GoStruct implements TextHolder {
  readonly typeName: string;
  readonly methods: ReadonlyMap<string, GoFunction>;
  readonly #held: Readonly<Record<string, unknown>>;
  readonly #turn: FieldTurn | undefined;
  /** Names and values by turns, of the few fields that are more than text: a `Map` for each of a thousand structs costs more than they. */
  #turned: GoValue[] | undefined;

  constructor(
    typeName: string,
    held: Readonly<Record<string, unknown>>,
    methods: ReadonlyMap<string, GoFunction> = NO_METHODS,
    turn?: FieldTurn,
  ) {
    this.typeName = typeName;
    this.methods = methods;
    this.#held = held;
    this.#turn = turn;
  }

  /** Whether it has this field. */
  has(name: string): boolean {
    return Object.hasOwn(this.#held, name);
  }

  /** The value of a field; undefined where there is none. */
  field(name: string): GoValue {
    if (!this.has(name)) return undefined;
    const held = this.#held[name];
    // A text is what it is, and a number is made at once.
    if (this.#turn === undefined || typeof held === 'string') return held as GoValue;
    if (typeof held !== 'object') return this.#turn(name, held);
    const turned = (this.#turned ??= []);
    for (let at = 0; at < turned.length; at += 2) if (turned[at] === name) return turned[at + 1];
    const value = this.#turn(name, held);
    turned.push(name, value);
    return value;
  }

  /** Names and values of all fields, in their order. */
  fields(): readonly (readonly [string, GoValue])[] {
    return Object.keys(this.#held).map((name) => [name, this.field(name)]);
  }

  /** The data of somebody else that the fields are made of, if they are. */
  get original(): object | undefined {
    return this.#turn === undefined ? undefined : this.#held;
  }

  [HELD](): object {
    return this.#held;
  }

  [REMAKE](held: unknown): GoStruct {
    const record = held as Readonly<Record<string, unknown>>;
    return new GoStruct(this.typeName, record, this.methods, this.#turn);
  }
}

/** A function as a value, for `call`. */
export class GoMethod {
  readonly called: GoFunction;

  constructor(called: GoFunction) {
    this.called = called;
  }
}

/** A function that templates may call; the table of them is given to the engine. */
export interface GoFunction {
  /** Arguments and result are Go values: what the number types are, see {@link GoValue}. Throws for what it cannot do. */
  call(scope: FunctionScope, args: readonly GoValue[]): GoValue;
  /** The fewest and the most arguments; a piped value is the last of them. */
  readonly least: number;
  readonly most: number;
  /** What the tripwire has to know of its result. */
  readonly gives: Outcome;
  /** `and` and `or`: arguments are evaluated until one has this truth, and that one is the result. */
  readonly stopsAt?: boolean;
  /** It sees no more than the surface of its arguments, however much they hold. */
  readonly atOnce?: boolean;
  /** What it reads of its arguments, and gives of them; absent: it may read everything. */
  readonly reads?: Rule | undefined;
}

/** The environment as Go has it: a map of texts, in which a missing name is an empty text. */
export function textMap(texts: Readonly<Record<string, string | undefined>>): GoMap {
  return new GoMap(TEXT_MAP, texts, '');
}

/** What Go calls a map of texts. */
export const TEXT_MAP = 'map[string]string';

/** Data of somebody else; only its own names count, and none whose text is undefined. */
type TextsByName = Readonly<Record<string, string | undefined>>;

function definedTexts(texts: TextsByName): ReadonlyMap<GoKey, GoValue> {
  const entries = new Map<string, string>();
  for (const [name, text] of Object.entries(texts)) {
    if (text !== undefined) entries.set(name, text);
  }
  return entries;
}
