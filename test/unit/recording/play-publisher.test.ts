import { expect, it } from 'vitest';
import { PlayPublisher } from '../../../src/recording/play-publisher.ts';
import { makeTarget } from '../../support/targets.ts';

it('shows a change of a file that holds secrets, all but these', async () => {
  const shown: string[] = [];
  const publisher = new PlayPublisher({ show: (text) => shown.push(text), color: 0 });
  const target = makeTarget({ label: 'a.conf', destination: '/a.conf' });
  const publish = (text: string, secret: string) =>
    publisher.publish([{ target, text, secrets: new Set([secret]), files: [] }]);
  await publish('user bob\npw old-secret\n', 'old-secret');
  await publish('user eve\npw new-secret\n', 'new-secret');
  await publish('user eve\npw newer-secret\n', 'newer-secret');
  expect(shown).toEqual([
    'a.conf: 2 lines at first\n',
    'a.conf changes:\n--- a.conf\n+++ a.conf\n@@ -1,2 +1,2 @@\n-user bob\n+user eve\n pw ********\n',
    'a.conf changes, in what is secret only\n',
  ]);
});
