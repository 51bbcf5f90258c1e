import * as v from 'valibot';
import { parseDuration } from '../core/duration.ts';
import { INTERFACE_FORM, interfaceComplaint } from './interface-form.ts';
import { parseQuietPeriod, QUIET_FORM } from './quiet-text.ts';
import { ACTION_FORM, parseAction, parseSignal } from './signal-words.ts';

/**
 * The words that the schema is made of. The message of each piece is what is expected, as a phrase that follows
 * "expected"; problems.ts puts the rest of the sentence around it.
 */

/** What a key is for, and what holds where it is absent. */
export interface Meaning {
  /** One or two sentences, for the reference. */
  readonly description: string;
  /** As a user would write it; absent where nothing holds. */
  readonly default?: string | number | boolean;
}

/** A key that may be left out. */
export function setting<Schema extends v.GenericSchema>(schema: Schema, meaning: Meaning) {
  return v.exactOptional(v.pipe(schema, v.metadata({ ...meaning })));
}

/** A map whose keys are all known. */
export function map<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, 'a map');
}

/** Text that is not empty. */
export const text = v.pipe(v.string('text'), v.minLength(1, 'text that is not empty'));

/** A path, relative to the folder of the config file that names it. */
export const path = v.pipe(text, v.metadata({ kind: 'path' }));

/** Yes or no. */
export const flag = v.boolean('true or false');

const DURATION_FORM = 'a duration such as "500ms", "10s" or "1m30s"';

/** A duration as Go writes it. */
export const duration = v.pipe(
  v.string(DURATION_FORM),
  v.check((written) => parseDuration(written) !== undefined, DURATION_FORM),
  v.metadata({ kind: 'duration' }),
);

/** A duration that is more than nothing. */
export const positiveDuration = v.pipe(
  duration,
  v.check((written) => parseDuration(written) !== 0, 'a duration of more than zero, such as "10s"'),
);

/** `MIN` or `MIN:MAX`. */
export const quietPeriod = v.pipe(
  v.string(QUIET_FORM),
  v.check(
    (written) => parseQuietPeriod(written) !== undefined,
    `${QUIET_FORM}, the second not less than the first`,
  ),
  v.metadata({ kind: 'quiet period' }),
);

const PERMS_FORM = 'octal digits in quotes, such as "0644"';

/** Permission bits. */
export const permissions = v.pipe(
  v.string(PERMS_FORM),
  v.regex(/^[0-7]{3,4}$/, PERMS_FORM),
  v.metadata({ kind: 'octal digits' }),
);

const COMMAND_FORM = 'text for the shell, or a list of words that is not empty';

/** A command: text for `sh -c`, or a list that is started directly. */
export const command = v.pipe(
  v.union(
    [
      v.pipe(v.string(), v.regex(/\S/, COMMAND_FORM)),
      v.pipe(
        v.array(v.string()),
        v.minLength(1, COMMAND_FORM),
        v.check((words) => words[0] !== '', 'a list whose first word is a program'),
      ),
    ],
    COMMAND_FORM,
  ),
  v.metadata({ kind: 'command' }),
);

const WEB_FORM = 'an address that begins with http:// or https://';

/** An address of the web. */
export const webAddress = v.pipe(
  v.string(WEB_FORM),
  v.check((written) => /^https?:\/\//i.test(written) && URL.canParse(written), WEB_FORM),
  v.metadata({ kind: 'URL' }),
);

const TCP_FORM = 'host:port, [::1]:port, :port, or the path of a unix socket';

/** Where a connection is made to. */
export const tcpAddress = v.pipe(
  v.string(TCP_FORM),
  v.regex(/^(?:\/.+|(?:\[[\da-fA-F:.%\w]+\]|[^\s:[\]/]*):\d{1,5})$/, TCP_FORM),
  v.metadata({ kind: 'host:port, or path' }),
);

const HOST_FORM = 'an address or a hostname';

/** Where a machine is reached. */
export const host = v.pipe(v.string(HOST_FORM), v.regex(/^[^\s/]+$/, HOST_FORM));

const RUN_AS_FORM = 'a name or a number, and for a group another behind a colon';

const FILES_FORM = 'true, or a list of destinations';

/** Which files of the templates are meant. */
export const fileChoice = v.pipe(
  v.union([v.literal(true), v.pipe(v.array(text), v.minLength(1, FILES_FORM))], FILES_FORM),
  v.metadata({ kind: '`true`, or list of paths' }),
);

/** Whom a process runs as. */
export const runAs = v.union(
  [
    v.pipe(v.string(), v.regex(/^[^\s:]+(?::[^\s:]+)?$/, RUN_AS_FORM)),
    v.pipe(v.number(), v.integer(RUN_AS_FORM), v.minValue(0, RUN_AS_FORM)),
  ],
  RUN_AS_FORM,
);

const ACCOUNT_FORM = 'a name or a number';

/** A user or group, by name or number. */
export const account = v.union(
  [
    v.pipe(v.string(), v.minLength(1, ACCOUNT_FORM)),
    v.pipe(v.number(), v.integer(ACCOUNT_FORM), v.minValue(0, ACCOUNT_FORM)),
  ],
  ACCOUNT_FORM,
);

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return v.picklist(words, words.length === 1 ? `"${words[0]}"` : `one of ${words.join(', ')}`);
}

/** A whole number of at least 1. */
export const count = v.pipe(
  v.number('a whole number of at least 1'),
  v.integer('a whole number of at least 1'),
  v.minValue(1, 'a whole number of at least 1'),
);

/** A list. */
export function list<Item extends v.GenericSchema>(item: Item, form: string) {
  return v.array(item, form);
}

const PORT_FORM = 'a port: a whole number from 1 to 65535';

/** A port of TCP. */
export const port = v.pipe(
  v.number(PORT_FORM),
  v.integer(PORT_FORM),
  v.minValue(1, PORT_FORM),
  v.maxValue(65_535, PORT_FORM),
);

/** Names with a text each. */
export function texts(form: string) {
  return v.pipe(v.record(v.string(), v.string('text, in quotes')), v.metadata({ kind: form }));
}

const SIGNAL_FORM = 'a signal such as TERM or QUIT';

/** A signal that can be sent, with or without SIG before it. */
export const signal = v.pipe(
  v.string(SIGNAL_FORM),
  v.check((written) => parseSignal(written) !== undefined, SIGNAL_FORM),
  v.metadata({ kind: 'signal' }),
);

/** What a signal does. */
export const signalAction = v.pipe(
  v.string(ACTION_FORM),
  v.check((written) => parseAction(written) !== undefined, ACTION_FORM),
  v.metadata({ kind: 'action' }),
);

/** Where on this machine a service is. */
export const interfaceSpecification = v.pipe(
  v.string(INTERFACE_FORM),
  v.check((written) => interfaceComplaint(written) === undefined, INTERFACE_FORM),
  v.metadata({ kind: 'interface' }),
);

const TIMES_FORM = 'a whole number, or "unlimited"';

/** How often; `"unlimited"` is without end. */
export const times = v.pipe(
  v.union(
    [v.pipe(v.number(), v.integer(TIMES_FORM), v.minValue(0, TIMES_FORM)), v.literal('unlimited')],
    TIMES_FORM,
  ),
  v.metadata({ kind: 'number, or `unlimited`' }),
);
