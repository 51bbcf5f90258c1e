import type { Settings } from '../config/settings.ts';

/** What each signal does, by its name. */
export type SignalTable = NonNullable<Settings['supervisor']>['signals'];
type SignalAction = NonNullable<SignalTable[keyof SignalTable]>;

/** What signals may do in a supervised program. */
export interface SignalActs {
  /** End in order, the main process by `as` where that is there; called once. */
  readonly stop: (signal: NodeJS.Signals, as?: NodeJS.Signals) => void;
  /** Somebody does not want to wait for that. */
  readonly hurry: (signal: NodeJS.Signals) => void;
  readonly reload: (signal: NodeJS.Signals) => void;
  readonly maintenance: () => void;
  readonly event: (signal: NodeJS.Signals) => void;
  readonly report: () => void;
  readonly reopenLogs: () => void;
  readonly forward: (signal: NodeJS.Signals) => void;
  /** Told of each signal and what it does. */
  readonly received: (signal: NodeJS.Signals, action: string) => void;
}

/** Signals that Node or the system would answer by themselves: with a debugger, or with our end. */
const NEVER_DEFAULT: readonly NodeJS.Signals[] = [
  'SIGUSR1',
  'SIGUSR2',
  'SIGHUP',
  'SIGTERM',
  'SIGINT',
];

/** What listens by a table. */
export interface TableListening {
  /** The table may have changed: others are listened to from now on. */
  readonly refresh: () => void;
  readonly end: () => void;
}

/**
 * Listens to signals by a table until that is ended. A signal that the table does not name does nothing, and is not listened to
 * where the system has a good answer of its own.
 */
export function listenByTable(table: () => SignalTable, acts: SignalActs): TableListening {
  let stopping = false;
  const take = (signal: NodeJS.Signals): void => {
    const action = table()[signal];
    acts.received(signal, action?.kind ?? 'ignore');
    if (action === undefined) return;
    if (action.kind !== 'stop') {
      act(signal, action, acts);
      return;
    }
    if (stopping) acts.hurry(signal);
    else acts.stop(signal, action.as);
    stopping = true;
  };
  let listened: ReadonlySet<NodeJS.Signals> = new Set();
  const listenTo = (wanted: ReadonlySet<NodeJS.Signals>): void => {
    for (const signal of wanted) {
      if (!listened.has(signal)) process.on(signal, take);
    }
    for (const signal of listened) {
      if (!wanted.has(signal)) process.removeListener(signal, take);
    }
    listened = wanted;
  };
  const refresh = (): void => {
    const named = Object.keys(table()) as NodeJS.Signals[];
    listenTo(new Set([...NEVER_DEFAULT, ...named]));
  };
  refresh();
  return { refresh, end: () => listenTo(new Set()) };
}

function act(signal: NodeJS.Signals, action: SignalAction, acts: SignalActs): void {
  switch (action.kind) {
    case 'reload':
      acts.reload(signal);
      break;
    case 'maintenance':
      acts.maintenance();
      break;
    case 'event':
      acts.event(signal);
      break;
    case 'report':
      acts.report();
      break;
    case 'forward':
      acts.forward(action.as ?? signal);
      break;
    case 'reopenLogs':
      acts.reopenLogs();
      break;
    case 'stop':
    case 'ignore':
      break;
  }
}
