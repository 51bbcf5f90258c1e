import { expect, it } from 'vitest';
import { Bus } from '../../../src/core/bus.ts';
import { tellPlaced } from '../../../src/renderer/tell-placed.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { makeTarget } from '../../support/targets.ts';

it('tells each file that was written, and of the own one of the target how long it is', () => {
  const logger = recordingLogger();
  const publication = {
    ...{ target: makeTarget({ label: 'a' }), text: 'ä', secrets: new Set<string>(), files: [] },
  };
  const published = { outcome: 'written', files: ['a', '/beside'] } as const;
  tellPlaced(publication, published, 'key(a)', { bus: new Bus(), logger });
  expect(logger.records).toMatchObject([
    { message: 'wrote a', fields: { bytes: 2 } },
    { message: 'wrote /beside', fields: { target: 'a', reason: 'key(a)' } },
  ]);
  expect(logger.records[1]?.fields).not.toHaveProperty('bytes');
});
