import { parseJson5 } from '../containerpilot/parse-json5.ts';
import { recogniseDialect, type DialectWord, type Likely } from '../dialect.ts';
import { isMap } from '../document.ts';

/** What is known of a text beside itself. */
export interface Circumstances {
  /** Of its file, with the dot. */
  readonly extension: string;
  /** What the user says. */
  readonly dialect: DialectWord | undefined;
  readonly likely: Likely;
}

/**
 * Whether a text is a config of consul-template's: the user says so, its name ends in `.hcl`, or it is JSON with that program's keys.
 * HCL under another name is one only where we were called by the name `consul-template`.
 */
export function isConsulTemplate(
  text: string,
  { extension, dialect, likely }: Circumstances,
): boolean {
  if (dialect !== undefined) return dialect === 'consul-template';
  if (extension === '.hcl') return true;
  if (/^\.(?:ya?ml|toml)$/.test(extension)) return false;
  const isBare = !/^\s*\{/.test(text);
  if (isBare) return likely === 'consul-template' && extension !== '.jsonc';
  const parsed = parseJson5(text, 'json5');
  if (!parsed.ok || !isMap(parsed.content)) return likely === 'consul-template';
  const recognised = recogniseDialect(parsed.content, likely);
  return 'dialect' in recognised && recognised.dialect === 'consul-template';
}
