import type { GoFunctions } from '../../src/template/gotemplate/functions.ts';
import { chanceOf, type Chance } from './chance.ts';

const DEEPEST = 4;
const TEXTS = ['text', ' ', '\n', ' \n ', 'é😀', '\ud800', '\0', '}', '{', '', '-', '"'];
const NAMES = ['X', 'List', 'Map', 'Deep.er', 'Nil', 'Words', 'Missing', 'Mixed', 'Numbers', 'One'];
const MORE_NAMES = [
  'Half',
  'Yes',
  'Texts',
  'NoItems',
  'Missing.Y',
  'Deep.er.est',
  'Address',
  'Tags',
];
const LITERALS = [
  ...['0', '1', '-1', '2', '7', '1_0', '0x1f', '0b11', '0o7', '1.5', '1e3', '-0.0', '1e308', '.5'],
  ...['9223372036854775807', '-9223372036854775808', "'a'", "'\\n'", '""', '"a"', '"a,b"', '`r`'],
  ...['"%v"', '"%d %s"', '"%[2]*d"', '"%*.*[1]f%"', '"%08.3q|%-#x"', '"%T%p%U"', '"%999999d"'],
  ...['"{\\"a\\":[1,{}]}"', '"a: [1, x]"', '"web"', '"a.*(b"', '"é"', '"\\xff"', '"2006-01-02"'],
  ...['true', 'false', 'nil'],
];
/** Functions that take whatever they are given: with no others hardly any template would come to its end. */
const TAKE_ANYTHING = ['print', 'println', 'html', 'js', 'urlquery', 'not', 'and', 'or', 'toJSON'];
const PIECES = [
  ...[
    '{{',
    '}}',
    '{{- ',
    ' -}}',
    '{{end}}',
    '{{else}}',
    '{{/*',
    '*/}}',
    '{{break}}',
    '{{continue}}',
  ],
  ...['{{if ', '{{range ', '{{with ', '{{define "t"}}', '{{template "t" .}}', '{{block "b" .}}'],
  ...['$v', '$', '.', '.X', '|', '(', ')', ' ', ',', ':=', '=', '"', '`', "'", '0x', '1e', '\\'],
];

/** Makes Go templates of all kinds: by the grammar, by mutation of what was made before, and of mere pieces. */
export class TemplateMaker {
  readonly #chance: Chance;
  readonly #functions: readonly (readonly [name: string, least: number, most: number])[];
  readonly #earlier: string[] = [];
  #variables: string[] = ['$'];
  #depth = 0;

  constructor(seed: number, functions: GoFunctions) {
    this.#chance = chanceOf(seed);
    this.#functions = Array.from(functions, ([name, { least, most }]) => [name, least, most]);
  }

  /** The next template. */
  next(): string {
    const die = this.#chance();
    if (die < 0.1) return this.#soup();
    if (die < 0.4 && this.#earlier.length > 0) return this.#mutant();
    this.#variables = ['$'];
    this.#depth = 0;
    const template = this.#statements(1 + this.#whole(5)) + this.#definitions();
    this.#earlier[this.#whole(200)] = template;
    return template;
  }

  #soup(): string {
    return this.#many(14, () => this.#pick([...PIECES, ...LITERALS, ...TEXTS, 'print ', 'index ']));
  }

  #mutant(): string {
    let text = this.#pick(this.#earlier.filter((one) => one !== undefined));
    for (let round = 0; round <= this.#whole(4); round++) {
      const [from, to] = [this.#whole(text.length + 1), this.#whole(text.length + 1)].sort(
        (a, b) => a - b,
      ) as [number, number];
      const end = Math.min(to, from + 12);
      text = this.#pick([
        () => text.slice(0, from) + text.slice(end),
        () => text.slice(0, end) + text.slice(from),
        () => text.slice(0, from) + this.#pick(PIECES) + text.slice(from),
        () => text.slice(0, from) + this.#pick(LITERALS) + text.slice(end),
        () => text.slice(0, from) + this.#pick(this.#earlier.filter(Boolean)) + text.slice(from),
      ])();
      text = text.slice(0, 5000);
    }
    return text;
  }

  #statements(count: number): string {
    const scope = this.#variables.length;
    const text = Array.from({ length: count }, () => this.#statement()).join('');
    this.#variables.length = scope;
    return text;
  }

  #statement(): string {
    if (this.#depth >= DEEPEST) return this.#pick(TEXTS);
    return this.#deeper(() =>
      this.#pick([
        () => this.#pick(TEXTS),
        () => this.#action(this.#pipeline()),
        () => this.#action(this.#pipeline()),
        () => this.#declaration(),
        () =>
          this.#action(`if ${this.#pipeline()}`) + this.#body('else', `else if ${this.#operand()}`),
        () =>
          this.#action(`with ${this.#pipeline()}`) +
          this.#body('else', `else with ${this.#operand()}`),
        () => this.#range(),
        () => this.#action(`template "${this.#pick(['t', 'u', 'b'])}" ${this.#operand()}`),
        () => `${this.#action(`block "b" ${this.#operand()}`)}${this.#statements(1)}{{end}}`,
        () => '{{- /* nothing */ -}}',
      ])(),
    );
  }

  #declaration(): string {
    const name = this.#pick(['$a', '$b', '$c']);
    const text = this.#action(`${name} := ${this.#pipeline()}`);
    this.#variables.push(name);
    return text + (this.#chance() < 0.3 ? this.#action(`${name} = ${this.#pipeline()}`) : '');
  }

  #range(): string {
    const names = this.#pick([[], ['$a'], ['$a', '$b']] as const);
    const begin = names.length === 0 ? '' : `${names.join(', ')} := `;
    const over =
      this.#chance() < 0.7 ? this.#pick(['.List', '.Map', '3', '.Mixed']) : this.#pipeline();
    this.#variables.push(...names);
    const end = this.#pick(['', '', '{{break}}', '{{continue}}']);
    const text =
      this.#action(`range ${begin}${over}`) + this.#statements(2) + end + this.#body('else');
    this.#variables.length -= names.length;
    return text;
  }

  #body(...elses: readonly string[]): string {
    const other = this.#chance() < 0.4 ? `{{${this.#pick(elses)}}}${this.#statements(1)}` : '';
    return `${this.#statements(1 + this.#whole(2))}${other}{{end}}`;
  }

  #definitions(): string {
    if (this.#chance() < 0.6) return '';
    this.#depth = 1;
    this.#variables = ['$'];
    return `{{define "t"}}${this.#statements(2)}{{end}}{{define "u"}}${this.#statements(1)}{{end}}`;
  }

  #action(inside: string): string {
    const left = this.#chance() < 0.1 ? '{{- ' : '{{';
    return `${left}${inside}${this.#chance() < 0.1 ? ' -}}' : '}}'}`;
  }

  #pipeline(): string {
    const commands = [this.#command()];
    while (this.#chance() < 0.25) commands.push(this.#call(1));
    return commands.join(' | ');
  }

  #command(): string {
    return this.#chance() < 0.6 ? this.#call(0) : this.#operand();
  }

  /** A call with as many arguments as the function takes, mostly; `piped` of them come from elsewhere. */
  #call(piped: number): string {
    const anyhow = this.#functions.filter(([one]) => TAKE_ANYTHING.includes(one));
    const [name, least, most] = this.#pick(this.#chance() < 0.6 ? anyhow : this.#functions);
    const wanted = least + this.#whole(Math.min(most, least + 3) - least + 1);
    const count = Math.max(wanted - piped + (this.#chance() < 0.05 ? 1 : 0), 0);
    return [name, ...Array.from({ length: count }, () => this.#operand())].join(' ');
  }

  #operand(): string {
    if (this.#depth >= DEEPEST + 2) return this.#pick(LITERALS);
    return this.#deeper(() =>
      this.#pick([
        () => this.#pick(LITERALS),
        () => `.${this.#pick([...NAMES, ...MORE_NAMES])}`,
        () => this.#pick(this.#variables) + (this.#chance() < 0.3 ? `.${this.#pick(NAMES)}` : ''),
        () => `(${this.#pipeline()})${this.#chance() < 0.2 ? `.${this.#pick(NAMES)}` : ''}`,
        () => '.',
      ])(),
    );
  }

  #deeper(make: () => string): string {
    this.#depth += 1;
    const text = make();
    this.#depth -= 1;
    return text;
  }

  #many(most: number, make: () => string): string {
    return Array.from({ length: 1 + this.#whole(most) }, make).join('');
  }

  #whole(below: number): number {
    return Math.floor(this.#chance() * below);
  }

  #pick<T>(from: readonly T[]): T {
    const found = from[this.#whole(from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }
}
