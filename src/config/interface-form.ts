import { isIP, isIPv4 } from 'node:net';

/** What an interface specification looks like, for messages. */
export const INTERFACE_FORM =
  'an interface such as "eth0", "eth0:inet6", "eth0[1]", "inet", "10.0.0.0/16" or "static:10.0.0.5"';

/**
 * Why a text is no interface specification of ContainerPilot's; undefined where it is one. Names may have all that
 * Linux allows in them: ContainerPilot refuses dashes and dots. Whether the interface is there is known only at the start.
 */
export function interfaceComplaint(text: string): string | undefined {
  if (text.startsWith('static:')) {
    return isIP(text.slice('static:'.length)) === 0 ? 'Unable to parse static ip' : undefined;
  }
  const [, address = '', bits = ''] = /^([^/]*)\/(.*)$/s.exec(text) ?? [];
  const isRange =
    isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128);
  const isName = /^[^\s/:[\]]{1,15}(?:\[\d+\]|:inet6?)?$/.test(text);
  return isRange || isName ? undefined : `Unable to parse interface spec: ${text}`;
}
