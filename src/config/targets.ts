import { resolve } from 'node:path';
import { parseDuration } from '../core/duration.ts';
import { DEFAULT_COMMAND_TIMEOUT_MS, type QuietPeriod, type Target } from '../renderer/target.ts';
import { TEMPLATE_DEFAULTS } from './defaults.ts';
import { showPath, type ConfigDocument } from './document.ts';
import type { TemplateOptions } from '../template/engine.ts';
import type { TemplateFlag } from './flag-settings.ts';
import { templateLanguage } from './go-templates.ts';
import { showPlace, type Problem } from './problems.ts';
import { parseQuietPeriod } from './quiet-text.ts';
import type { TemplateContent } from './schema.ts';
import type { GuardContent } from './safety-schema.ts';
import { safetyRules } from './safety.ts';

/** A target, and where it was asked for. */
export interface PlacedTarget {
  readonly target: Target;
  /** A flag, or a place in a file with the path into it. */
  readonly place: string;
  /** The origin of one of its keys; undefined where nobody gave it. */
  readonly originOf: (key: keyof TemplateContent) => string | undefined;
}

/** Makes a target of entry number `index` of a checked document's `templates`. */
export function targetFromDocument(
  content: TemplateContent,
  index: number,
  document: ConfigDocument,
  quiet: QuietPeriod,
  guards?: GuardContent,
): PlacedTarget {
  const { destination, source, contents = '', command, commandTimeout, wait } = content;
  const path = ['templates', index];
  const contentsName = `contents of ${destination ?? showPath(path)}`;
  const sourceName = source ?? contentsName;
  const target: Target = {
    label: destination ?? `stdout (${sourceName})`,
    source:
      source === undefined
        ? { contents, name: contentsName, folder: document.folder }
        : { path: resolve(document.folder, source), name: source },
    ...(destination === undefined ? {} : { destination: resolve(document.folder, destination) }),
    file: fileOptions(content),
    ...(command === undefined ? {} : { command }),
    commandTimeoutMs:
      (commandTimeout === undefined ? undefined : parseDuration(commandTimeout)) ??
      DEFAULT_COMMAND_TIMEOUT_MS,
    quiet: (wait === undefined ? undefined : parseQuietPeriod(wait)) ?? quiet,
    ...templateOptions(content, document.folder),
    secret: content.secret ?? TEMPLATE_DEFAULTS.secret,
    ...safetyRules(content, guards),
  };
  return {
    target,
    place: `${showPlace(document.file, document.locate(path, 'value'))} ${showPath(path)}`,
    originOf: (key) =>
      content[key] === undefined
        ? undefined
        : showPlace(document.file, document.locate([...path, key], 'value')),
  };
}

/** What the template is written in, and what it is allowed. Go's missing keys are consul-template's: `zero`, or `error`. */
function templateOptions(
  content: TemplateContent,
  folder: string,
): Pick<Target, 'engine' | keyof TemplateOptions> {
  const { functionDenylist, sandboxPath } = content;
  const engine = templateLanguage(content.engine, content.source);
  const controlCharacters = content.controlCharacters ?? TEMPLATE_DEFAULTS.controlCharacters;
  return {
    engine,
    strict: content.strict ?? TEMPLATE_DEFAULTS.strict[engine],
    allowControlCharacters: controlCharacters === 'allow',
    ...(engine === 'go' && goOptions(content)),
    ...(functionDenylist !== undefined && { functionDenylist }),
    ...(sandboxPath !== undefined && { sandboxPath: resolve(folder, sandboxPath) }),
  };
}

function goOptions({
  errorOnMissingKey = TEMPLATE_DEFAULTS.errorOnMissingKey,
  leftDelimiter: left = '{{',
  rightDelimiter: right = '}}',
}: TemplateContent): Pick<TemplateOptions, 'missingKey' | 'delimiters'> {
  const changed = left !== '{{' || right !== '}}';
  return {
    missingKey: errorOnMissingKey ? 'error' : 'zero',
    ...(changed && { delimiters: { left, right } }),
  };
}

function fileOptions(content: Partial<TemplateContent>): Target['file'] {
  const { perms, user, group } = content;
  return {
    ...(perms === undefined ? {} : { mode: Number.parseInt(perms, 8) }),
    ...(user === undefined ? {} : { user: String(user) }),
    ...(group === undefined ? {} : { group: String(group) }),
    createDirs: content.createDirs ?? TEMPLATE_DEFAULTS.createDirs,
    backup: content.backup ?? TEMPLATE_DEFAULTS.backup,
    symlink: content.symlink ?? TEMPLATE_DEFAULTS.symlink,
    write: content.write ?? TEMPLATE_DEFAULTS.write,
  };
}

/** Makes a target of a `-template` flag; paths start from `folder`. */
export function targetFromFlag(
  flag: TemplateFlag,
  folder: string,
  quiet: QuietPeriod,
): PlacedTarget {
  const { source, destination, command } = flag;
  const target: Target = {
    label: destination ?? `stdout (${source})`,
    source: { path: resolve(folder, source), name: source },
    ...(destination === undefined ? {} : { destination: resolve(folder, destination) }),
    file: fileOptions({}),
    ...(command === undefined ? {} : { command }),
    commandTimeoutMs: DEFAULT_COMMAND_TIMEOUT_MS,
    quiet,
    ...templateOptions({ source }, folder),
    secret: TEMPLATE_DEFAULTS.secret,
  };
  return {
    target,
    place: `-template ${source}`,
    originOf: (key) => (key in flag ? '-template' : undefined),
  };
}

/** Finds targets that would fight over a file: two with one destination, and one that replaces its own template. */
export function destinationProblems(placed: readonly PlacedTarget[]): Problem[] {
  const problems: Problem[] = [];
  const places = new Map<string, string>();
  for (const { target, place } of placed) {
    const { destination, source } = target;
    if (destination === undefined) continue;
    const earlier = places.get(destination);
    if (earlier === undefined) places.set(destination, place);
    else {
      problems.push({
        file: place,
        message: `the destination ${destination} is already that of ${earlier}`,
        suggestion: 'give each template a destination of its own',
      });
    }
    if ('path' in source && source.path === destination) {
      problems.push({
        file: place,
        message: `the destination ${destination} is the template itself`,
        suggestion: 'name another destination',
      });
    }
  }
  return problems;
}
