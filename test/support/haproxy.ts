import { serverBinary } from './server-binary.ts';

/** The HAProxy to test with. */
export function haproxyBinary(): string {
  return serverBinary('haproxy', 'HAPROXY_BIN');
}
