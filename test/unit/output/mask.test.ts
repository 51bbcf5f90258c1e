import { describe, expect, it } from 'vitest';
import { createMask, MASK } from '../../../src/output/mask.ts';

const mask = (text: string, ...secrets: string[]) => createMask(new Set(secrets))(text);
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('createMask', () => {
  it.each([
    ['itself, wherever it stands', 'a=hunter22;b=hunter22', 'hunter22', `a=${MASK};b=${MASK}`],
    ['a secret of one character', 'pin 7', '7', `pin ${MASK}`],
    [
      'a secret of one character only where it stands alone',
      '7=17:30 7up',
      '7',
      `${MASK}=17:30 7up`,
    ],
    ['hexadecimal', `68756e7465723232`, 'hunter22', MASK],
    ['hexadecimal in large letters', `K=6B6579C3BC`, 'keyü', `K=${MASK}`],
    ['JSON in ASCII', String.raw`{"k":"pass\u00fcw\u00f6rt"}`, 'passüwört', `{"k":"${MASK}"}`],
    ['a secret with the characters of a pattern', 'x a.*b$ y', 'a.*b$', `x ${MASK} y`],
    ['base64', `k: ${base64('hunter22')}`, 'hunter22', `k: ${MASK}`],
    [
      'base64 without padding',
      `k: ${base64('hunter22').replace(/=/g, '')}`,
      'hunter22',
      `k: ${MASK}`,
    ],
    ['JSON', JSON.stringify({ k: 'a"b\\c\td' }), 'a"b\\c\td', `{"k":"${MASK}"}`],
    ['JSON as Go writes it', '{"k":"a\\u003cb\\u0026c"}', 'a<b&c', `{"k":"${MASK}"}`],
    ['a URL', '?k=a%2Fb%20c%26', 'a/b c&', `?k=${MASK}`],
    ['a URL with small letters', '?k=a%2fb', 'a/b', `?k=${MASK}`],
    ['a form', '?k=a+b%26', 'a b&', `?k=${MASK}`],
    ['shell quotes', `k='it'\\''s'`, "it's", `k='${MASK}'`],
  ])('masks %s', (_form, text, secret, expected) => {
    expect(mask(text, secret)).toBe(expected);
  });

  it('masks base64 of a longer text, wherever the secret starts in it', () => {
    for (const user of ['u', 'us', 'use', 'user']) {
      const encoded = base64(`${user}:correct horse:tail`);
      const masked = mask(encoded, 'correct horse');
      expect(masked).toContain(MASK);
      const rest = masked.split(MASK).map((part) => Buffer.from(part, 'base64').toString('latin1'));
      expect(rest.join(' ')).not.toMatch(/orrect|hors/);
    }
  });

  it('leaves nothing of secrets that overlap, or hold each other', () => {
    expect(mask('xhunter2secretx', 'hunter2', '2secret')).toBe(`x${MASK}x`);
    expect(mask('ababab', 'abab')).toBe(MASK);
    expect(mask('password1 pass', 'pass', 'password1')).toBe(`${MASK} ${MASK}`);
  });

  it('masks a secret of several lines as a whole and each longer line of it on its own, and keeps the lines', () => {
    const key = '-----BEGIN KEY-----\nMIIEow\nab\n-----END KEY-----\n';
    expect(mask(`key:\n${key}end`, key)).toBe(`key:\n${`${MASK}\n`.repeat(4)}end`);
    expect(mask('  MIIEow\n  ab\n', key)).toBe(`  ${MASK}\n  ab\n`);
  });

  it('masks a secret whose white space at the ends was trimmed', () => {
    expect(mask('k=hunter22.', 'hunter22\n')).toBe(`k=${MASK}.`);
  });

  it('changes nothing where there is no secret to find', () => {
    expect(mask('text \u{1f600}')).toBe('text \u{1f600}');
    expect(mask('a b', '', ' ', '\n')).toBe('a b');
    expect(mask('a b', '\ud800')).toBe('a b');
  });
});
