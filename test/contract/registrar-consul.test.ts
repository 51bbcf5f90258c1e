import { createConsulRegistrar } from '../../src/catalog/consul/registrar.ts';
import { systemClock } from '../../src/core/time.ts';
import { startConsul } from '../support/consul.ts';
import { consulOptions, SILENT } from '../support/consul-catalog.ts';
import { consulEntry } from '../support/consul-entry.ts';
import { describeRegistrar } from './registrar-contract.ts';

describeRegistrar('consul', async () => {
  const agent = await startConsul();
  return {
    createRegistrar: () =>
      createConsulRegistrar(consulOptions(agent.address), { clock: systemClock, logger: SILENT }),
    seen: (id) => consulEntry(agent, id),
    async overwrite({ id, name, address, port, tags, meta, enableTagOverride, check }, status) {
      const service = {
        ...{ ID: id, Name: name, Address: address, Port: port, Tags: tags, Meta: meta },
        EnableTagOverride: enableTagOverride,
        Check: { CheckID: check.id, TTL: '60s', Status: status },
      };
      await agent.expectOk('PUT', '/v1/agent/service/register', JSON.stringify(service));
    },
    remove: (id) => agent.deregister(id),
    async clear() {
      const { body } = await agent.expectOk('GET', '/v1/agent/services');
      const ids = Object.keys(JSON.parse(body.toString()) as Record<string, unknown>);
      for (const id of ids) await agent.deregister(id);
    },
    close: () => agent.stop(),
  };
});
