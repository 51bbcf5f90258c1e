import type { ServiceEntry } from '../catalog/registrar.ts';
import { chooseAddress } from './interfaces.ts';
import type { ServiceSettings } from './settings.ts';

/** What an entry is made of beside its settings. */
export interface EntryParts {
  /** The job's. */
  readonly job: string;
  readonly hostname: string;
  readonly address: string;
  /** The name and the tags follow it. */
  readonly role: string | undefined;
  /** What says whose entry it is: see sweep.ts. */
  readonly mark: Readonly<Record<string, string>>;
  /** Who is named in the check's note. */
  readonly program: 'containerpilot' | 'autotmpl';
  /** Fills in the role where a name or a tag has it. */
  readonly renderName: (text: string, values: Readonly<Record<string, string>>) => string;
}

/** A service, as the catalog should hold it. */
export function entryOf(service: ServiceSettings, parts: EntryParts): ServiceEntry {
  const { job, hostname, address, role = 'follower', mark, program, renderName } = parts;
  const values = { name: job, hostname, role };
  const name = renderName(service.name, values);
  const id = service.id === undefined ? `${job}-${hostname}` : renderName(service.id, values);
  const isContainerPilot2 = service.checkId === 'service';
  return {
    id,
    name,
    address,
    port: service.port,
    // A tag that a role leaves empty is none.
    tags: service.tags.map((tag) => renderName(tag, values)).filter((tag) => tag !== ''),
    meta: { ...service.meta, ...mark },
    enableTagOverride: service.enableTagOverride,
    check: {
      id: isContainerPilot2 ? id : `service:${id}`,
      name: isContainerPilot2 ? id : `Service '${name}' check`,
      notes: `TTL for ${name} set by ${program}`,
      ttlMs: service.ttlMs,
      ...(service.deregisterAfterMs === undefined
        ? {}
        : { deregisterAfterMs: service.deregisterAfterMs }),
    },
  };
}

/** Where a service is reached. Throws an AutotmplError (`config`) where there is no `address` and none can be chosen. */
export function addressOf({ address, interfaces }: ServiceSettings): string {
  return address ?? chooseAddress(interfaces);
}
