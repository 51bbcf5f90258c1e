import type { FlagGroup, FlagRow } from './flag-row.ts';
import { FLAGS } from './flag-table.ts';

/** Of `lock` alone, which has names of its own for some of them. */
export const LOCK: FlagGroup = {
  title: 'Locks (only behind lock)',
  rows: [
    {
      name: 'timeout',
      aliases: ['try'],
      value: 'DUR',
      description: 'Wait no longer than this for the lock; 0 is for ever.',
      default: '0',
    },
    {
      name: 'name',
      value: 'TEXT',
      description: 'What others see in the key: who holds the lock.',
      default: 'host and process ID',
    },
    {
      name: 'session-ttl',
      value: 'DUR',
      description: 'The lock is lost when Consul hears nothing for so long: 10s to 24h.',
      default: '15s',
    },
    {
      name: 'lock-delay',
      value: 'DUR',
      description: 'After a loss nobody gets the lock for so long.',
      default: '15s',
    },
    {
      name: 'shell',
      description: 'Run the words of the command, joined by spaces, with sh -c.',
    },
    {
      name: 'child-exit-code',
      description: 'As in consul lock: end with 2 wherever the command failed.',
    },
  ],
};

/** What `lock` takes. */
export const LOCK_FLAGS: readonly FlagRow[] = [
  ...LOCK.rows,
  ...FLAGS.filter(({ name }) => /^(?:config|catalog|consul-.*|log-.*|version|help)$/.test(name)),
];
