/** One command: what the parser accepts, the help prints and the reference page lists. */
export interface CommandRow {
  /** The words behind it, as people write them: `JOB SIGNAL`. A last one with … may come again, one in brackets be left out. Absent: it takes flags only. */
  readonly words?: string;
  readonly description: string;
}

/** What can be done beside rendering. */
export const COMMANDS = {
  supervise: {
    description: 'Keep files true and supervise jobs; -- COMMAND ARGS is the main one.',
  },
  check: { description: 'Check config and templates without a network.' },
  config: {
    description: 'Print the merged config with the origin of each value, secrets masked.',
  },
  explain: {
    words: '[TEMPLATE…]',
    description: 'Show what templates ask, what they wait for, and the Consul policy they need.',
  },
  migrate: {
    words: 'FILE…',
    description:
      'Turn Go templates into Nunjucks, and configs of consul-template or ContainerPilot into ours.',
  },
  test: {
    words: '[DIR…]',
    description:
      'Try templates on the cases in *.test.yaml files, without a server; a file may be named too.',
  },
  record: {
    description:
      'Write the answers to all that templates ask, secrets masked, as a catalog document.',
  },
  replay: {
    words: 'RECORDING',
    description:
      'Show what a recording makes of the files, with its timing; write none and run no command.',
  },
  schema: { description: 'Print the JSON Schema of the config.' },
} as const satisfies Readonly<Record<string, CommandRow>>;

/** What scripts run. Their words are read by themselves: a command line of another program is among them. */
export const SCRIPT_COMMANDS = {
  lock: {
    words: 'KEY -- COMMAND ARGS…',
    description: 'Run a command while holding a lock in Consul, and pass its exit code on.',
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

/** What can be asked of a program that runs, over its control socket. */
export const CONTROL_COMMANDS = {
  status: { description: 'Show how jobs, services, watches and files stand.' },
  events: { description: 'Follow what happens, a line an event, until interrupted.' },
  signal: { words: 'JOB SIGNAL', description: 'Signal the process group of a job.' },
  start: { words: 'JOB', description: 'Start a job now, whatever it waits for.' },
  stop: { words: 'JOB', description: 'Take a job down, and wait until it is.' },
  restart: { words: 'JOB', description: "Replace a job's process by another." },
  reload: { description: 'Read the config again; where it is wrong, say why: the old one stays.' },
  release: {
    words: 'FILE',
    description: 'Have a file that is held take what is there now, once, or try it again.',
  },
  maintenance: {
    words: 'enable|disable',
    description: 'Take all services out of the catalog, or let them come back.',
  },
  putenv: {
    words: 'NAME=VALUE…',
    description: 'Set variables for processes that start later; NAME- takes one away.',
  },
  putmetric: { words: 'NAME=NUMBER…', description: 'Set metrics of the config.' },
  ping: { description: 'Say ok where a program answers.' },
} as const satisfies Readonly<Record<string, CommandRow>>;

/** One of {@link CONTROL_COMMANDS}. */
export type ControlCommand = keyof typeof CONTROL_COMMANDS;

/** Commands that belong together. */
export interface CommandGroup {
  readonly title: string;
  readonly rows: Readonly<Record<string, CommandRow>>;
}

/** All commands, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  { title: 'Commands (without one, files are kept true)', rows: COMMANDS },
  { title: 'Commands for scripts', rows: SCRIPT_COMMANDS },
  { title: 'Commands that ask a running program', rows: CONTROL_COMMANDS },
];

/** How a command is written: `signal JOB SIGNAL`. */
export function commandSignature(name: string, { words }: CommandRow): string {
  return words === undefined ? name : `${name} ${words}`;
}

/** Whether a command takes so many words. */
export function takesWords({ words }: CommandRow, count: number): boolean {
  const wanted = words?.split(' ').filter((word) => word !== '--' && !word.startsWith('[')) ?? [];
  return words?.includes('…') === true ? count >= wanted.length : count === wanted.length;
}
