/** `FirstName` as `first_name`; `mark` stands between words. A run of capitals is a word, and so is a number with what is written behind it. */
export function snakeCase(text: string, mark: '_' | '-'): string {
  return text
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .split(/[-_ ]/)
    .map((word) => word.replace(/^(\p{L}+)(\d+\p{Ll}.*)$/u, '$1_$2'))
    .join(mark)
    .replaceAll(mark === '-' ? '_' : '-', mark)
    .toLowerCase();
}

/** `http_server` as `HttpServer`; marks at the beginning and the end stay. */
export function camelCase(text: string): string {
  const [, marks = '', rest = ''] = /^([-_ ]*)(.*)$/s.exec(text) ?? [];
  const first = rest.charAt(0).toUpperCase() + rest.slice(1).toLowerCase();
  return marks + first.replace(/[-_ ]([^-_ ])/g, (_all, letter: string) => letter.toUpperCase());
}

/** Small letters as capitals and capitals as small letters. */
export function swapCase(text: string): string {
  return [...text]
    .map((letter) => (/\p{Ll}/u.test(letter) ? letter.toUpperCase() : letter.toLowerCase()))
    .join('');
}
