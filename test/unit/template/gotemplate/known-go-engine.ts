import type { Answer } from '../../../../src/catalog/catalog.ts';
import { queryId } from '../../../../src/catalog/query.ts';
import { freezeValue, type Value } from '../../../../src/catalog/values.ts';
import { systemClock } from '../../../../src/core/time.ts';
import type { Recall, Rendering, TemplateOptions } from '../../../../src/template/engine.ts';
import {
  createGoEngine,
  type GoEngineOptions,
} from '../../../../src/template/gotemplate/engine.ts';
import type { GoRecord } from '../../../../src/template/gotemplate/values.ts';

/** What the templates of the tables are given. Frozen: one template must not change it for the next. */
export const DATA: GoRecord = freezeValue({
  X: 'x',
  Empty: '',
  Yes: true,
  No: false,
  One: 1n,
  Zero: 0n,
  Half: 0.5,
  Nil: null,
  List: ['a', 'b', 'c'],
  Numbers: [3n, 4n, 5n],
  NoItems: [],
  Map: { b: 2n, a: 1n, c: 3n },
  Texts: { one: '1', two: '2' },
  NoEntries: {},
  Deep: { er: { est: 'down' } },
  Mixed: ['a', 1n, true, null, 1.5],
  Words: 'héllo',
  Markup: `<a href="x">'&'</a>`,
});

/** How a rendering of the tests may differ. */
export type Options = Partial<GoEngineOptions & TemplateOptions> & {
  readonly answers?: Readonly<Record<string, Value>>;
};

/** Renders a Go template over {@link DATA}. */
export function renderGo(text: string, options: Options = {}): Rendering {
  const { answers = {}, environment, functions, ...others } = options;
  const engine = createGoEngine({
    environment: environment ?? { HOME: '/root' },
    clock: systemClock,
    functions: functions ?? new Map(),
    dot: 'dot' in options ? options.dot : DATA,
  });
  const known = new Map<string, Answer>(
    Object.entries(answers).map(([id, value]) => [
      id,
      { state: 'fresh', value: freezeValue(value) },
    ]),
  );
  return engine
    .compile(
      { name: 't.ctmpl', text, folder: '/nowhere' },
      { strict: false, allowControlCharacters: false, ...others },
    )
    .render(((query) => known.get(queryId(query))) as Recall);
}

/** The text of a template over {@link DATA}; what goes wrong is thrown. */
export function goText(text: string, options: Options = {}): string | undefined {
  const rendering = renderGo(text, options);
  if (rendering.error !== undefined) throw rendering.error;
  return rendering.text;
}

/** What is wrong with a template, whether it is noticed before or while it is rendered. */
export function goError(text: string, options: Options = {}): string | undefined {
  try {
    return renderGo(text, options).error?.message;
  } catch (error) {
    return (error as Error).message;
  }
}
