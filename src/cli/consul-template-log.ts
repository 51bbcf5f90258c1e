import { levelWord, oneLine, type LogRecord } from '../core/logger.ts';

/** Our names of queries, and what the same is called there. */
const VIEWS: readonly (readonly [pattern: RegExp, theirs: string])[] = [
  [/\bkey\(/g, 'kv.block('],
  [/\btree\(/g, 'kv.list('],
  [/\bservice\(/g, 'health.service('],
  [/\bconnect\(/g, 'health.connect('],
  [/\bservices\(\)/g, 'catalog.services'],
  [/\bservices\(/g, 'catalog.services('],
  [/\bnodes\(\)/g, 'catalog.nodes'],
  [/\bnodes\(/g, 'catalog.nodes('],
  [/\bnode\(/g, 'catalog.node('],
  [/\bdatacenters\(\)/g, 'catalog.datacenters'],
  [/\bsecret\(/g, 'vault.read('],
];

/**
 * A record as a line of consul-template's log, which scripts and dashboards parse: `TIME [LEVEL] (part) message`. Where the message
 * names no part it is the runner; what is said of queries is the view, by its names of them.
 */
export function consulTemplateLine(record: LogRecord): string {
  return `${record.time} [${levelWord(record.level)}] ${body(record)}\n`;
}

/** The same without the time, which syslog has of its own. */
export function consulTemplateMessage(record: LogRecord): string {
  return `[${levelWord(record.level)}] ${body(record)}`;
}

function body({ message, fields }: LogRecord): string {
  const text = oneLine(message);
  if (/^\(\w+\) /.test(text)) return text;
  const isView = fields.queries !== undefined || fields.query !== undefined;
  if (!isView) return `(runner) ${text}`;
  let theirs = text;
  for (const [pattern, name] of VIEWS) theirs = theirs.replace(pattern, name);
  return `(view) ${theirs}`;
}
