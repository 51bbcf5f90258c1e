import type { Query } from '../../src/catalog/query.ts';
import type { KeyPair, ServiceInstance } from '../../src/catalog/values.ts';

/** The query for the healthy instances of a service, as watches ask it. */
export function healthyOf(name: string, tag?: string): Query & { readonly kind: 'service' } {
  return { kind: 'service', name, passingOnly: true, ...(tag === undefined ? {} : { tag }) };
}

/** An instance of which only what counts was given. */
export function instance(id: string, more: Partial<ServiceInstance> = {}): ServiceInstance {
  const plain = { ID: id, Name: 'app', Address: '10.0.0.1', Port: 80, Tags: [], ServiceMeta: {} };
  return { ...plain, ...more } as unknown as ServiceInstance;
}

/** A key with its value, and the session that holds it. */
export function keyPair(path: string, value: string, session = ''): KeyPair {
  const numbers = { CreateIndex: 1, ModifyIndex: 1, LockIndex: 0, Flags: 0 };
  return { Path: path, Key: path, Value: value, Session: session, ...numbers };
}
