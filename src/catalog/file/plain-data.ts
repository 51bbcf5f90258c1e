import type { Located } from './yaml-tree.ts';

/** YAML's core schema (https://yaml.org/spec/1.2.2/#103-core-schema), as far as JSON has the same. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const WORDS: Readonly<Record<string, boolean | null>> = {
  true: true,
  false: false,
  null: null,
  '~': null,
  '': null,
};

/** A part of a document as JSON would have it: text without quotes is a number, a truth or nothing where it looks like one. */
export function readData(value: Located): unknown {
  switch (value.kind) {
    case 'text':
      return value.plain ? plainValue(value.text) : value.text;
    case 'list':
      return value.items.map(readData);
    case 'map':
      return Object.fromEntries(value.entries.map((entry) => [entry.name, readData(entry.value)]));
  }
}

function plainValue(text: string): unknown {
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  return NUMBER.test(text) ? Number(text) : text;
}
