import type { ConsulAgent } from './consul.ts';

/** Makes a token with a policy of these rules at an agent with access control; returns its secret. */
export async function makeConsulToken(agent: ConsulAgent, rules: string): Promise<string> {
  return (await ConsulPolicy.make(agent, rules)).token;
}

/** A policy and one token that has it: rights that can be taken away and given back. */
export class ConsulPolicy {
  /** The token's secret. */
  readonly token: string;
  readonly #agent: ConsulAgent;
  readonly #id: string;
  readonly #accessor: string;

  private constructor(agent: ConsulAgent, id: string, token: string, accessor: string) {
    this.#agent = agent;
    this.#id = id;
    this.token = token;
    this.#accessor = accessor;
  }

  static async make(agent: ConsulAgent, rules: string): Promise<ConsulPolicy> {
    const { ID } = await put<'ID'>(agent, '/v1/acl/policy', { Name: newName(), Rules: rules });
    const made = await put<'SecretID' | 'AccessorID'>(agent, '/v1/acl/token', {
      Policies: [{ ID }],
    });
    return new ConsulPolicy(agent, ID, made.SecretID, made.AccessorID);
  }

  /** Changes what the token may do. */
  async write(rules: string): Promise<void> {
    const ID = this.#id;
    await put(this.#agent, `/v1/acl/policy/${ID}`, { ID, Name: newName(), Rules: rules });
  }

  async deleteToken(): Promise<void> {
    await this.#agent.expectOk('DELETE', `/v1/acl/token/${this.#accessor}`);
  }
}

function newName(): string {
  return `policy-${Math.random().toString(36).slice(2)}`;
}

async function put<Field extends string>(
  agent: ConsulAgent,
  path: string,
  body: unknown,
): Promise<Record<Field, string>> {
  const reply = await agent.expectOk('PUT', path, JSON.stringify(body));
  return JSON.parse(reply.body.toString()) as Record<Field, string>;
}
