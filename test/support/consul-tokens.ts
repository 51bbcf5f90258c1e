import type { ConsulAgent } from './consul.ts';

/** Makes a token with a policy of these rules at an agent with access control; returns its secret. */
export async function makeConsulToken(agent: ConsulAgent, rules: string): Promise<string> {
  const Name = `policy-${Math.random().toString(36).slice(2)}`;
  const policy = await agent.expectOk(
    'PUT',
    '/v1/acl/policy',
    JSON.stringify({ Name, Rules: rules }),
  );
  const { ID } = JSON.parse(policy.body.toString()) as { ID: string };
  const token = await agent.expectOk(
    'PUT',
    '/v1/acl/token',
    JSON.stringify({ Policies: [{ ID }] }),
  );
  return (JSON.parse(token.body.toString()) as { SecretID: string }).SecretID;
}
