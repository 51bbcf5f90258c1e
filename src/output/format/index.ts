import type { FindFault, TextFormat } from './format.ts';

/** Who knows each format; loaded when the first text of its kind is looked at. */
const FORMATS: Readonly<Record<TextFormat, () => Promise<FindFault>>> = {
  json: async () => (await import('./json.ts')).findFaultInJson,
  yaml: async () => (await import('./yaml.ts')).findFaultInYaml,
  toml: async () => (await import('./toml.ts')).findFaultInToml,
  ini: async () => (await import('./ini.ts')).findFaultInIni,
  xml: async () => (await import('./xml.ts')).findFaultInXml,
  nginx: async () => (await import('./nginx.ts')).findFaultInNginx,
};

/** What looks for faults in texts of this format. */
export function faultFinderOf(format: TextFormat): Promise<FindFault> {
  return FORMATS[format]();
}
