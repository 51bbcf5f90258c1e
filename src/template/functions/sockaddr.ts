/** The addresses of this machine. */
import { networkInterfaces } from 'node:os';

import { takeText } from './arguments.ts';
import { chooseAddress } from './choose-address.ts';
import { defaultInterface, listAddresses } from './interfaces.ts';

/**
 * An address of this machine, chosen by an expression of go-sockaddr's template language, such as `GetPrivateIP`,
 * `GetInterfaceIP "eth0"` or `GetAllInterfaces | include "network" "10.0.0.0/8" | sort "size" | limit 1 | attr "address"`.
 * It begins with `GetAllInterfaces`, `GetDefaultInterfaces`, `GetPrivateInterfaces`, `GetPublicInterfaces`,
 * `GetPrivateIP`, `GetPublicIP` or `GetInterfaceIP` (the last three with an `s` for all of them, spaces between). Stages
 * behind it are `include` and `exclude` (by `name`, `type`, `network`, `address`, `flags`, `rfc`), `sort` (by `name`,
 * `address`, `type`, `size`, `private`, `default`; `-size` turns it round), `unique`, `limit`, `offset`, `attr` and `join`.
 * Nothing found is empty text.
 */
export function sockaddr(expression: unknown): string {
  return chooseAddress(
    takeText('sockaddr', 'expression', expression),
    listAddresses(networkInterfaces(), defaultInterface()),
  );
}
