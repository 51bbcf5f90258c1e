import { AutotmplError } from '../core/errors.ts';
import {
  COMMANDS,
  CONTROL_COMMANDS,
  SCRIPT_COMMANDS,
  commandSignature,
  takesWords,
  type CommandRow,
  type ControlCommand,
} from './command-table.ts';
import { suggestWord } from './suggest.ts';

/** A command by its name; `run` where none is named. */
export type CommandName = 'run' | keyof typeof COMMANDS | ControlCommand;

/** A command, and the words behind it. */
export interface ReadCommand {
  readonly command: CommandName;
  readonly words: readonly string[];
}

const ROWS: Readonly<Record<string, CommandRow>> = { ...COMMANDS, ...CONTROL_COMMANDS };

/** The command of a line of consul-template's, which has none. Throws an AutotmplError (`usage`) for words. */
export function withoutCommand(words: readonly string[]): ReadCommand {
  if (words.length === 0) return { command: 'run', words };
  throw new AutotmplError('usage', `extra args: ${JSON.stringify(words)}`, {
    advice: 'consul-template takes flags only; a boolean flag takes its value as -once=false',
  });
}

/**
 * The command that the words without a dash begin with. Throws an AutotmplError (`usage`) for one that is not there, and for words
 * that it does not take.
 */
export function readCommand(given: readonly string[]): ReadCommand {
  const [name, ...words] = given;
  if (name === undefined) return { command: 'run', words };
  const row = Object.hasOwn(ROWS, name) ? ROWS[name] : undefined;
  if (Object.hasOwn(SCRIPT_COMMANDS, name)) {
    throw new AutotmplError('usage', `${name} stands before its flags`, {
      advice: `write autotmpl ${name} [FLAGS] ${SCRIPT_COMMANDS[name as 'lock'].words}`,
    });
  }
  if (row === undefined) {
    const advice = /^(?:true|false)$/i.test(name)
      ? `a boolean flag takes its value behind an equals sign: -once=${name}`
      : suggestWord(name, Object.keys(ROWS));
    throw new AutotmplError('usage', `unexpected argument ${JSON.stringify(name)}`, { advice });
  }
  if (takesWords(row, words.length)) return { command: name as CommandName, words };
  const [first] = words;
  throw row.words === undefined
    ? new AutotmplError('usage', `unexpected argument ${JSON.stringify(first)}`, {
        advice: `${name} takes flags only`,
      })
    : new AutotmplError('usage', `${name} takes ${row.words}`, {
        advice: `write autotmpl ${commandSignature(name, row)}`,
      });
}

/** Whether a running program is asked. */
export function isControl(command: CommandName): command is ControlCommand {
  return Object.hasOwn(CONTROL_COMMANDS, command);
}

/** Whether a command has this name. */
export function isCommand(word: string): boolean {
  return Object.hasOwn(ROWS, word);
}
