import type { FieldRow } from './field-row.ts';
import { EXEC_ROWS, WAIT_ROWS } from './program-rows.ts';

/** Of a template's command; its other fields are those of {@link EXEC_ROWS}. */
const COMMAND_ROWS: readonly FieldRow[] = [
  {
    path: 'exec.command',
    kind: 'command',
    description:
      'Runs after the file was replaced: text for a shell (one word is started directly), or a list of words.',
    aliases: ['command'],
  },
  {
    path: 'exec.timeout',
    kind: 'duration',
    description: 'A command that runs longer is ended; 0 is never.',
    default: '30s',
    aliases: ['command_timeout'],
  },
];

const NO_PROCESS = 'a command ends by itself, or at its timeout';

/** The fields of one `template`. */
export const TEMPLATE_ROWS: readonly FieldRow[] = [
  {
    path: 'source',
    kind: 'path',
    description: 'File that holds the template. This, or `contents`.',
  },
  { path: 'contents', kind: 'text', description: 'The template itself.' },
  { path: 'destination', kind: 'path', description: 'File to keep true.' },
  {
    path: 'create_dest_dirs',
    kind: 'flag',
    description: 'Missing folders above the file are made.',
    default: true,
  },
  {
    path: 'perms',
    kind: 'permissions',
    description:
      'Permissions of the file: `0600` or `"0600"`. Default: those of the file that is there, else 0644.',
  },
  {
    path: 'user',
    kind: 'account',
    description: 'Owner of the file, by name or number. Default: as it is.',
    aliases: ['uid'],
  },
  {
    path: 'group',
    kind: 'account',
    description: 'Group of the file, by name or number. Default: as it is.',
    aliases: ['gid'],
  },
  {
    path: 'backup',
    kind: 'flag',
    description: 'The file that is replaced stays beside the new one, as `<name>.bak`.',
    default: false,
  },
  {
    path: 'error_on_missing_key',
    kind: 'flag',
    description: 'A field that is not there is an error, and not `<no value>`.',
    default: false,
  },
  {
    path: 'error_fatal',
    kind: 'flag',
    description: '`true`: the program ends when this template fails.',
  },
  {
    path: 'left_delimiter',
    kind: 'text',
    description: 'What actions begin with. Default: that of `default_delimiters`.',
  },
  { path: 'right_delimiter', kind: 'text', description: 'What they end with.' },
  {
    path: 'function_denylist',
    kind: 'texts',
    description: 'Patterns of names of functions that the template must not call.',
    aliases: ['function_blacklist'],
  },
  {
    path: 'sandbox_path',
    kind: 'path',
    description: 'Folder that `file` cannot leave.',
  },
  ...WAIT_ROWS,
  ...COMMAND_ROWS,
  ...EXEC_ROWS.filter(({ path }) => !['exec.command', 'exec.timeout'].includes(path)).map(
    ({ flag: _, flagAliases: __, ...row }) =>
      row.path === 'exec.reload_signal' ? { ...row, idle: NO_PROCESS } : row,
  ),
];
