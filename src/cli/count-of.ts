/** A number with its noun, as people say it: `1 file`, `3 files`. */
export function countOf(number: number, noun: string, nouns = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : nouns}`;
}
