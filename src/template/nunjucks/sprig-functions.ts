import { cannot } from '../functions/arguments.ts';
import type { TemplateFunction } from '../functions/function.ts';
import { GoData } from '../gotemplate/go-data.ts';
import { asNumbers } from '../gotemplate/shared-function.ts';
import type { GoFunction } from '../gotemplate/values.ts';
import { SPRIG_FUNCTIONS } from '../sprig/index.ts';

/** Sprig's functions, which count as Go does, for templates with one kind of number: a whole one is an integer on its way in. */
export const SPRIG_FOR_NUNJUCKS: Readonly<Record<string, TemplateFunction>> = Object.freeze(
  Object.fromEntries(
    Object.entries(SPRIG_FUNCTIONS).map(([name, row]) => [name, turned(name, row)]),
  ),
);

function turned(name: string, row: GoFunction): TemplateFunction {
  return {
    call(scope, args) {
      const { least, most } = row;
      if (args.length < least || args.length > most) {
        const wanted = least === most ? String(least) : `at least ${least}`;
        throw cannot(name, `it takes ${wanted} arguments, but got ${args.length}`);
      }
      const data = new GoData();
      const result = row.call(
        scope,
        args.map((value) => data.of(value)),
      );
      return asNumbers(name, data.plain(result));
    },
    asFilter: row.most > 0,
    most: row.most,
    gives: row.gives,
  };
}
