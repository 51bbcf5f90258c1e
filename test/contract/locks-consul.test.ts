import { createConsulLocks } from '../../src/catalog/consul/locks.ts';
import { systemClock } from '../../src/core/time.ts';
import { startConsul } from '../support/consul.ts';
import { consulOptions } from '../support/consul-catalog.ts';
import { countSessions, endSessions, lockHolder } from '../support/consul-locks.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { describeLocks } from './locks-contract.ts';

describeLocks('consul', async () => {
  const agent = await startConsul();
  return {
    createLocks: () =>
      createConsulLocks(consulOptions(agent.address), {
        clock: systemClock,
        logger: recordingLogger(),
      }),
    seen: async (key) => (await lockHolder(agent, key))?.value,
    async read(key) {
      const { status, body } = await agent.request('GET', `/v1/kv/${key}?raw`);
      return status === 404 ? undefined : body.toString();
    },
    async expire(key) {
      const session = (await lockHolder(agent, key))?.session ?? '';
      await agent.expectOk('PUT', `/v1/session/destroy/${session}`);
    },
    countSessions: () => countSessions(agent),
    async clear() {
      await endSessions(agent);
      await agent.deleteKey('', { recurse: true });
    },
    close: () => agent.stop(),
  };
});
