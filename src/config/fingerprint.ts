import type { JobSettings, WatchSettings } from '../supervisor/settings.ts';

/**
 * Completes a job or a watch with its fingerprint: all that it says after defaults, but not where it stands, so that lines
 * that move restart nothing.
 */
export function withFingerprint<Thing extends JobSettings | WatchSettings>(
  thing: Omit<Thing, 'fingerprint'>,
): Thing {
  const fingerprint = JSON.stringify(thing, (key, value: unknown) => {
    if (key === 'place') return undefined;
    // JSON writes Infinity as null, which would be something else.
    return value === Number.POSITIVE_INFINITY ? 'Infinity' : value;
  });
  return { ...thing, fingerprint } as unknown as Thing;
}
