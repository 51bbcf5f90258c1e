import { formatDuration } from '../core/duration.ts';
import { DEFAULT_COMMAND_TIMEOUT_MS } from '../renderer/target.ts';
import { TEMPLATE_DEFAULTS } from './defaults.ts';
import { safetyEntries } from './safety-schema.ts';
import {
  account,
  command,
  flag,
  list,
  map,
  oneOf,
  path,
  permissions,
  positiveDuration,
  quietPeriod,
  setting,
  text,
} from './schema-words.ts';

/** `templates[]`: one file that is kept true. That there is exactly one of `source` and `contents` is rules.ts's to say. */
export const templateSchema = map({
  source: setting(path, {
    description: 'File that holds the template. Required, or else `contents`.',
  }),
  contents: setting(text, { description: 'The template itself. Required, or else `source`.' }),
  destination: setting(path, {
    description: 'File to keep true. Without one the text goes to standard output.',
  }),
  perms: setting(permissions, {
    description:
      'Permissions of the file, as octal digits in quotes. Default: those of the file that is there, else "0644".',
  }),
  user: setting(account, {
    description:
      'Owner of the file, by name or number. Default: the owner of the file that is there.',
  }),
  group: setting(account, {
    description:
      'Group of the file, by name or number. Default: the group of the file that is there.',
  }),
  createDirs: setting(flag, {
    description: 'Missing folders above the file are made.',
    default: TEMPLATE_DEFAULTS.createDirs,
  }),
  backup: setting(flag, {
    description: 'The file that is replaced stays beside the new one, as `<name>.bak`.',
    default: TEMPLATE_DEFAULTS.backup,
  }),
  symlink: setting(oneOf(['refuse', 'follow']), {
    description:
      'What to do where the destination is a symbolic link: refuse, or replace the file that it leads to.',
    default: TEMPLATE_DEFAULTS.symlink,
  }),
  write: setting(oneOf(['rename', 'inPlace', 'auto']), {
    description:
      '`rename` is atomic. `inPlace` is not, and is for a file that cannot be renamed over (a bind-mounted one). `auto` renames, and writes in place only where the system says that the file is busy.',
    default: TEMPLATE_DEFAULTS.write,
  }),
  engine: setting(oneOf(['auto', 'nunjucks', 'go']), {
    description:
      'Template language. `auto` goes by the name of the source: `.ctmpl`, `.tmpl` and `.tpl` are Go, everything else is Nunjucks, `contents` too.',
    default: TEMPLATE_DEFAULTS.engine,
  }),
  strict: setting(flag, {
    description:
      'Printing something undefined is an error. Default: true for Nunjucks; false for Go, which prints `<no value>`.',
  }),
  errorOnMissingKey: setting(flag, {
    description:
      'Go only: asking a map for an entry that it does not have is an error, even where nothing is printed.',
    default: TEMPLATE_DEFAULTS.errorOnMissingKey,
  }),
  leftDelimiter: setting(text, { description: 'Go only: what begins an action. Default: `{{`.' }),
  rightDelimiter: setting(text, { description: 'Go only: what ends an action. Default: `}}`.' }),
  functionDenylist: setting(list(text, 'a list of names of functions'), {
    description:
      'Functions that the template may not call; `*` stands for any characters, as in `sprig_*`.',
  }),
  sandboxPath: setting(path, {
    description: 'Folder that `file` reads nothing outside of, through symbolic links neither.',
  }),
  secret: setting(flag, {
    description: 'No text of the file is shown in diffs or logs.',
    default: TEMPLATE_DEFAULTS.secret,
  }),
  controlCharacters: setting(oneOf(['refuse', 'allow']), {
    description:
      'What to do where a control character in service or node data (anybody who may register can write one) is printed through no quoting filter: an error, or nothing.',
    default: TEMPLATE_DEFAULTS.controlCharacters,
  }),
  wait: setting(quietPeriod, {
    description: 'Quiet period of this template, as the `wait` of all. Default: that one.',
  }),
  command: setting(command, {
    description:
      'Runs after the file was replaced: text for `sh -c`, or a list of words that is started directly.',
  }),
  commandTimeout: setting(positiveDuration, {
    description: 'A command that runs longer is ended.',
    default: formatDuration(DEFAULT_COMMAND_TIMEOUT_MS),
  }),
  ...safetyEntries,
});
