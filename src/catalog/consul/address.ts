import { parseHttpAddress, showHttpAddress, type Encryption } from '../http/address.ts';
import type { ConsulAddress } from './options.ts';

/** The port where an address without a scheme names none: the agent's HTTP port. */
const DEFAULT_PORT = 8500;

/** The address where nobody names one; the Consul CLI's. */
export const DEFAULT_ADDRESS = '127.0.0.1:8500';

/** Reads the address of an agent as the Consul CLI does; undefined for anything else. */
export function parseConsulAddress(
  text: string,
  encryption: Encryption = 'asWritten',
): ConsulAddress | undefined {
  return parseHttpAddress(text, DEFAULT_PORT, encryption);
}

/** Writes an address the way people give it; what logs call the agent. */
export function showConsulAddress(address: ConsulAddress): string {
  return showHttpAddress(address);
}
