import { AutotmplError, describeError } from '../../core/errors.ts';

/** What an error of a called function has to say to a template's author. */
export function complaintOf(error: unknown): string {
  if (error instanceof AutotmplError) return error.message;
  return isTooLong(error) ? 'the text would be too long' : describeError(error);
}

/** Whether the error says that a text would be longer than JavaScript has any. */
export function isTooLong(error: unknown): boolean {
  return error instanceof RangeError && /string length/i.test(error.message);
}

/** Whether the error says that the stack is used up. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message);
}
