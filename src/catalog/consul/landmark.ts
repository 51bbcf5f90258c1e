import type { Ask } from '../blocking/request-plan.ts';

/** Consul's servers register themselves under this name, in every datacenter. */
const OWN_SERVICE = '/v1/catalog/service/consul';

/**
 * What a catalog shows as long as it is whole and the token has its rights: its own service. It speaks only where it was seen before, since
 * many a token may never see it.
 */
export class Landmark {
  #wasSeen = false;

  /** Looks whether it is there, and remembers that it was. Rejects where that cannot be asked. */
  async look(ask: Ask): Promise<boolean> {
    const { status, body } = await ask(OWN_SERVICE);
    const isSeen = status === 200 && body.length > '[]\n'.length;
    this.#wasSeen ||= isSeen;
    return isSeen;
  }

  /** Whether it was there once, and is not any more. */
  async isLost(ask: Ask): Promise<boolean> {
    return this.#wasSeen && !(await this.look(ask));
  }
}
