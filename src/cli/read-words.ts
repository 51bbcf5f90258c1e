import { Command, Option } from 'commander';
import type { RawFlags } from '../config/raw-flags.ts';
import type { FlagRow } from './flag-row.ts';

/** commander's part: the flags that are given, each collected as a list of texts, and the words without a dash that stand among them. */
export function readWords(
  words: readonly string[],
  rows: readonly FlagRow[],
): [RawFlags, readonly string[]] {
  const given = new Set(words.map((word) => word.slice(0, word.indexOf('='))));
  const program = new Command('autotmpl')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .argument('[words...]');
  for (const { name } of rows) {
    if (!given.delete(`--${name}`)) continue;
    const collect = (value: string, earlier: readonly string[] = []) => [...earlier, value];
    program.addOption(new Option(`--${name} <value>`).argParser(collect));
  }
  program.parse(words, { from: 'user' });
  const raw = new Map(
    program.options.flatMap((option) => {
      const values = program.getOptionValue(option.attributeName()) as string[] | undefined;
      return values === undefined ? [] : [[option.name(), values]];
    }),
  );
  return [raw, program.args];
}
