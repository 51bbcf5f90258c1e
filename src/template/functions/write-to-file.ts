/** Further files. Written beside the one that is rendered. */
import { resolve } from 'node:path';

import { badArgument, cannot, takePrintable, takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';

/** What a file may be written with. */
const FLAGS: ReadonlySet<string> = new Set(['append', 'newline']);

/**
 * Writes `content` to a file of its own, and gives empty text. Arguments are `path` (a relative one starts from the template's
 * folder), `user` and `group` (empty leaves them), `permissions` (such as `"0644"`), optionally flags (`"append"`, `"newline"`, or
 * both with a comma between), and `content`. It is written when the rendering is complete and accepted, together with the file that
 * is rendered, and atomically; folders are made. Its change counts as a change of the target, so that the command runs; `-dry` shows
 * it. What several calls write to one file is put together in their order; without `append` a call replaces what was there. `append` adds
 * nothing where the file already ends so. A symbolic link is refused, as the file and as its folder.
 */
export function writeToFile(
  scope: FunctionScope,
  path: unknown,
  user: unknown,
  group: unknown,
  permissions: unknown,
  flagsOrContent: unknown,
  content?: unknown,
): '' {
  const call = 'writeToFile';
  const name = takeText(call, 'path', path);
  if (name === '') throw cannot(call, 'path is empty');
  const flags = content === undefined ? [] : readFlags(takeText(call, 'flags', flagsOrContent));
  const text = takePrintable(call, 'content', content ?? flagsOrContent);
  scope.writeFile({
    path: resolve(scope.folder, name),
    mode: readMode(permissions),
    ...owner('user', takeText(call, 'user', user)),
    ...owner('group', takeText(call, 'group', group)),
    how: flags.includes('append') ? 'append' : 'replace',
    text: flags.includes('newline') ? `${text}\n` : text,
  });
  return '';
}

function owner<K extends 'user' | 'group'>(key: K, name: string): Partial<Record<K, string>> {
  return name === '' ? {} : ({ [key]: name } as Record<K, string>);
}

function readFlags(text: string): readonly string[] {
  const flags = text
    .split(',')
    .map((flag) => flag.trim())
    .filter((flag) => flag !== '');
  if (flags.every((flag) => FLAGS.has(flag))) return flags;
  throw cannot('writeToFile', 'flags has an unknown word', `known are ${[...FLAGS].join(', ')}`);
}

function readMode(permissions: unknown): number {
  const text = takeText('writeToFile', 'permissions', permissions);
  if (/^[0-7]{3,4}$/.test(text)) return Number.parseInt(text, 8);
  throw badArgument('writeToFile', 'permissions', 'an octal mode such as "0644"', permissions);
}
