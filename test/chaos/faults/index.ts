import { AGENT_FAULTS } from './agents.ts';
import { COMMAND_FAULTS } from './commands.ts';
import { DATA_FAULTS } from './data.ts';
import { DISK_FAULTS } from './disk.ts';
import type { Fault } from './fault.ts';
import { NETWORK_FAULTS } from './network.ts';
import { PROGRAM_FAULTS } from './program.ts';
import { PROXY_FAULTS } from './proxy.ts';
import { STRANGER_FAULTS } from './strangers.ts';
import { TOKEN_FAULTS } from './tokens.ts';

/** Every fault that there is. */
export const FAULTS: readonly Fault[] = [
  ...AGENT_FAULTS,
  ...NETWORK_FAULTS,
  ...DATA_FAULTS,
  ...TOKEN_FAULTS,
  ...PROGRAM_FAULTS,
  ...PROXY_FAULTS,
  ...DISK_FAULTS,
  ...COMMAND_FAULTS,
  ...STRANGER_FAULTS,
];
