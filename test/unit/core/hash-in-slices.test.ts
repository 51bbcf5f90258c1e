import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { hashInSlices } from '../../../src/core/hash-in-slices.ts';

it.each([0, 1, 262_144, 262_145, 3_000_000])(
  'gives the hash of the whole of %i characters, as text and as bytes',
  async (length) => {
    const text = 'abcdefghijk'.repeat(Math.ceil(length / 11)).slice(0, length);
    const whole = createHash('sha256').update(text).digest('hex');
    for (const data of [text, Buffer.from(text)]) {
      const hash = createHash('sha256');
      await hashInSlices(hash, data);
      expect(hash.digest('hex')).toBe(whole);
    }
  },
);

it('lets others have their turn, and ends with the reason of its signal', async () => {
  const ending = new AbortController();
  const hashed = hashInSlices(createHash('sha256'), Buffer.alloc(200 * 1024 * 1024), ending.signal);
  ending.abort(new Error('no more of that'));
  await expect(hashed).rejects.toMatchObject({ cause: { message: 'no more of that' } });
});
