import { afterAll, beforeAll, it, type ExpectStatic } from 'vitest';
import { startConsul, type ConsulAgent } from './consul.ts';
import type { Container } from './container.ts';

/** Declares a test in a container of its own, which has to leave nothing behind. */
export type Inside<T extends Container> = (
  title: string,
  body: (container: T, expect: ExpectStatic) => Promise<void>,
) => void;

/** Tests in containers of this kind, side by side; all containers of a file share one agent. */
export function insideOf<T extends Container>(Kind: new (agent: ConsulAgent) => T): Inside<T> {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul();
  });
  afterAll(() => agent.stop());
  return (title, body) => {
    it.concurrent(title, async ({ expect }) => {
      const container = new Kind(agent);
      await body(container, expect);
      await container.close();
    });
  };
}
