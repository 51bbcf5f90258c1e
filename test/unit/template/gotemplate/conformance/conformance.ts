import { describe, expect, it } from 'vitest';

import { goError, goText, type Options } from '../known-go-engine.ts';

/**
 * The conformance suite of Go's template language. Each table names the rule that it follows from, as the documentation has it:
 * https://pkg.go.dev/text/template (without a name before it), https://pkg.go.dev/fmt, https://pkg.go.dev/strconv,
 * https://go.dev/ref/spec, or the source of text/template where the documentation is silent.
 */
export type Case = readonly [template: string, outcome: string];

/** Templates over DATA, each with the text that Go gives by the rule. */
export function gives(rule: string, cases: readonly Case[], options: Options = {}): void {
  describe(rule, () => {
    it.each(cases)('%j gives %j', (template, text) => {
      expect(goText(template, options)).toBe(text);
    });
  });
}

/** Templates that Go refuses by the rule, before or while they run, each with a piece of the message. */
export function fails(rule: string, cases: readonly Case[], options: Options = {}): void {
  describe(rule, () => {
    it.each(cases)('%j fails with %j', (template, words) => {
      const message = goError(template, options);
      expect(message).toMatch(/^t\.ctmpl:\d+:\d+: /);
      expect(message).toContain(words);
    });
  });
}
