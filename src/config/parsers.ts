import type { ParseText } from './document.ts';

/** How each extension of our own configs is parsed; a parser is loaded when the first file of its kind is read. */
const PARSERS: Readonly<Record<string, () => Promise<ParseText>>> = {
  '.yaml': async () => (await import('./parse-yaml.ts')).parseYaml,
  '.yml': async () => (await import('./parse-yaml.ts')).parseYaml,
  '.json': async () => (await import('./parse-json.ts')).parseJson,
  '.jsonc': async () => (await import('./parse-json.ts')).parseJson,
  '.json5': async () => (await import('./parse-json.ts')).parseJson,
  '.toml': async () => (await import('./parse-toml.ts')).parseToml,
};

/** The extensions of configs that are known by them, with their dots. */
export const CONFIG_EXTENSIONS: readonly string[] = [...Object.keys(PARSERS), '.hcl'];

/** How a config of our own is parsed that has this extension; as JSON where it has none of ours. */
export async function parserOf(extension: string): Promise<ParseText> {
  const load = PARSERS[extension] ?? PARSERS['.json'];
  if (load === undefined) throw new TypeError('there is no parser of JSON');
  return load();
}
