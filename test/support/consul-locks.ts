import type { ConsulAgent } from './consul.ts';

/** Who holds a key. */
export interface LockHolder {
  readonly session: string;
  readonly value: string;
}

/** Undefined where nobody holds the key. */
export async function lockHolder(agent: ConsulAgent, key: string): Promise<LockHolder | undefined> {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const { status, body } = await agent.request('GET', `/v1/kv/${path}`);
  if (status === 404) return undefined;
  const [pair] = JSON.parse(body.toString()) as [{ Session?: string; Value: string | null }];
  if (pair.Session === undefined) return undefined;
  return { session: pair.Session, value: Buffer.from(pair.Value ?? '', 'base64').toString() };
}

/** How many sessions the agent knows. */
export async function countSessions(agent: ConsulAgent): Promise<number> {
  return (await sessionIds(agent)).length;
}

/** Ends all sessions. */
export async function endSessions(agent: ConsulAgent): Promise<void> {
  for (const id of await sessionIds(agent)) {
    await agent.expectOk('PUT', `/v1/session/destroy/${id}`);
  }
}

async function sessionIds(agent: ConsulAgent): Promise<readonly string[]> {
  const { body } = await agent.expectOk('GET', '/v1/session/list');
  return (JSON.parse(body.toString()) as { ID: string }[]).map(({ ID }) => ID);
}
