/** A command as a user writes it: text for `sh -c`, or a list that is started directly. */
export type CommandLine = string | readonly string[];

/** A command as one string: what people see, and what makes two commands equal. */
export function commandLabel(command: CommandLine): string {
  if (typeof command === 'string') return command;
  return command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)))
    .join(' ');
}
