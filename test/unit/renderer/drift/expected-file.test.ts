import { expect, it } from 'vitest';
import { ExpectedFile } from '../../../../src/renderer/drift/expected-file.ts';
import { collectGarbage } from '../../../support/collect-garbage.ts';

it('takes little more than its text packed, and gives it back byte by byte', () => {
  const text = 'a line with ü, €, and \u{1f600}\n'.repeat(5);
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const files = Array.from({ length: 500 }, () => new ExpectedFile(text, new Set()));
  collectGarbage();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(files.length * 4096);
  expect(files[0]?.bytes.toString()).toBe(text);
  expect(files[0]?.length).toBe(Buffer.byteLength(text));
});
