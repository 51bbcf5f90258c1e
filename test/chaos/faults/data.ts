import { setTimeout as sleep } from 'node:timers/promises';
import { oneOf, between } from '../../support/chance.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { SERVER_ADDRESSES } from '../stage/agent.ts';
import { ask } from '../stage/ask.ts';
import type { Fault } from './fault.ts';

/** Whoever may register can write this. */
const HOSTILE_ADDRESSES = [
  '10.0.0.1; return 200 owned;#',
  '10.0.0.1:80;\n}\nserver { listen 81; }\n#',
  '127.0.1.1 down',
  '${host}',
  '../../etc/passwd',
];
const HOSTILE_NAMES = [
  'evil;}\nserver { listen 82; location / { return 200 owned; } }\n#',
  '$(touch owned)',
  '`touch owned`',
  '{{ key("chaos/snippet") }}',
  '"; return 200 owned; "',
  'constructor',
  '__proto__',
];
const RESTORED_WITHIN_MS = 30_000;

/** What befalls the data. */
export const DATA_FAULTS: readonly Fault[] = [
  {
    name: 'snapshot restored',
    lane: 'catalog',
    lastsMs: [2000, 4000],
    // What is written meanwhile is undone at the end.
    begin: async () => {
      const snapshot = await ask(SERVER_ADDRESSES[0], 'GET', '/v1/snapshot');
      return async () => {
        await waitUntil(
          () =>
            ask(SERVER_ADDRESSES[0], 'PUT', '/v1/snapshot', snapshot).then(
              () => true,
              () => false,
            ),
          { timeoutMs: RESTORED_WITHIN_MS, what: 'a snapshot to be taken back' },
        );
      };
    },
  },
  {
    name: 'cluster wiped',
    lane: 'catalog',
    lastsMs: [0, 500],
    begin: async ({ stage }) => {
      await stage.cluster.wipe();
      return async () => stage.cluster.untilLed();
    },
  },
  {
    name: 'hostile instance',
    lane: 'catalog',
    lastsMs: [1000, 4000],
    begin: async ({ writer }, chance) => {
      const Address = oneOf(chance, HOSTILE_ADDRESSES);
      return writer.lie({ ID: 'hostile-instance', Name: 'sales', Address, Port: 80 });
    },
    logged: /leaves out the instance \\"hostile-instance/,
  },
  {
    name: 'hostile port',
    lane: 'catalog',
    lastsMs: [1000, 4000],
    begin: async ({ writer }) =>
      writer.lie({ ID: 'hostile-port', Name: 'customers', Address: '127.0.1.1', Port: 99_999 }),
    logged: /leaves out the instance \\"hostile-port/,
  },
  {
    name: 'hostile service',
    lane: 'catalog',
    lastsMs: [1000, 4000],
    begin: async ({ writer }, chance) =>
      writer.lie({
        ...{ ID: 'hostile-service', Name: oneOf(chance, HOSTILE_NAMES), Port: 80 },
        ...{ Address: oneOf(chance, HOSTILE_ADDRESSES), Tags: ['web', '"; return 200 owned; "'] },
      }),
  },
  {
    name: 'hostile ID',
    lane: 'catalog',
    lastsMs: [1000, 4000],
    begin: async ({ writer }, chance) => {
      // A true place, so that the instance is a good one but for what it is called. With a line feed nobody could remove it.
      const ID = `hostile"},{"${between(chance, 0, 99)}\\`;
      return writer.lie({ ID, Name: 'sales', Address: '127.0.1.1', Port: 9000 });
    },
  },
  {
    name: 'crowd',
    lane: 'catalog',
    lastsMs: [500, 2000],
    begin: async ({ writer }) => {
      const ends: (() => Promise<void>)[] = [];
      for (let number = 0; number < 40; number += 1) {
        const ID = `hostile-crowd-${number}`;
        ends.push(await writer.lie({ ID, Name: `crowd-${number}`, Port: 80, Tags: ['web'] }));
        await sleep(5);
      }
      return async () => {
        for (const end of ends) await end();
      };
    },
  },
];
