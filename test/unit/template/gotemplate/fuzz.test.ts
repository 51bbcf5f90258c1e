import { describe, expect, it } from 'vitest';

import { fuzzTemplates } from '../../../support/template-fuzz.ts';

/** `npm run fuzz:go -- --seconds 600` goes on for longer, with other seeds. */
describe('any template', () => {
  it.each([1, 2024])('renders, or fails with a place and a reason: seed %d', (seed) => {
    const { findings, rendered, templates } = fuzzTemplates(seed, (count) => count >= 6000);
    expect(findings).toEqual([]);
    expect(rendered / templates).toBeGreaterThan(0.1);
  });
});
