import { parse, TomlError } from 'smol-toml';
import { NESTED_TOO_DEEPLY, type Complaint } from './format.ts';
import { findNewerToml } from './newer-toml.ts';

/** TOML 1.0. The parser knows 1.1, which has added a little. */
export function findFaultInToml(text: string): Complaint | undefined {
  try {
    parse(text, { integersAsBigInt: 'asNeeded' });
    return findNewerToml(text);
  } catch (error) {
    if (error instanceof RangeError) return { line: 1, column: 1, what: NESTED_TOO_DEEPLY };
    if (!(error instanceof TomlError)) throw error;
    // The rest of the message is an excerpt of the text.
    const [message = ''] = error.message.split('\n', 1);
    const what = message.replace(/^Invalid TOML document: /, '');
    return { line: error.line, column: error.column, what };
  }
}
