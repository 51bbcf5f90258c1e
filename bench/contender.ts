import { join } from 'node:path';

import type { PeerOption } from './options.ts';
import type { Role } from './results.ts';

/** One file to render. */
export interface Rendering {
  readonly source: string;
  readonly destination: string;
}

/** A program that renders templates from Consul, with its language. */
export interface Contender {
  readonly name: string;
  readonly role: Exclude<Role, 'baseline'>;
  /** Ending of its templates, with the dot. */
  readonly extension: string;
  /** Template source that prints the value of a key and nothing else. */
  readonly keyTemplate: (key: string) => string;
  /** Template source that prints a line for each instance of a service. */
  readonly serviceTemplate: (service: string) => string;
  /** Template source that prints a line for each key directly below a prefix. */
  readonly prefixTemplate: (prefix: string) => string;
  /** The command that keeps the files true, or with `once` renders them and ends. */
  readonly command: (
    agent: string,
    renderings: readonly Rendering[],
    mode: 'once' | 'watch',
    /** Flags beside those, as for TLS. */
    more?: readonly string[],
  ) => readonly [string, ...string[]];
}

type Language = Pick<Contender, 'extension' | 'keyTemplate' | 'serviceTemplate' | 'prefixTemplate'>;

const NUNJUCKS: Language = {
  extension: '.njk',
  keyTemplate: (key) => `{{ key(${JSON.stringify(key)}) }}`,
  serviceTemplate: (service) =>
    `{% for instance in service(${JSON.stringify(service)}) %}{{ instance.Address }}:{{ instance.Port }}\n{% endfor %}`,
  prefixTemplate: (prefix) =>
    `{% for pair in ls(${JSON.stringify(prefix)}) %}{{ pair.Key }}={{ pair.Value }}\n{% endfor %}`,
};

const GO: Language = {
  extension: '.ctmpl',
  keyTemplate: (key) => `{{ key ${JSON.stringify(key)} }}`,
  serviceTemplate: (service) =>
    `{{ range service ${JSON.stringify(service)} }}{{ .Address }}:{{ .Port }}\n{{ end }}`,
  prefixTemplate: (prefix) =>
    `{{ range ls ${JSON.stringify(prefix)} }}{{ .Key }}={{ .Value }}\n{{ end }}`,
};

/** Our program, as users start it: the built bundle, by the Node that runs the bench. */
export function autotmpl(root: string, language: 'nunjucks' | 'go' = 'nunjucks'): Contender {
  return {
    name: language === 'go' ? 'autotmpl in Go' : 'autotmpl',
    role: 'subject',
    ...(language === 'go' ? GO : NUNJUCKS),
    command: (agent, renderings, mode, more) => [
      process.execPath,
      join(root, 'bin/autotmpl.js'),
      ...flags(agent, renderings, mode, more),
    ],
  };
}

/** Our program as one executable, where it was built (`npm run standalone`). */
export function standalone(executable: string): Contender {
  return {
    ...{ name: 'autotmpl, one file', role: 'subject', ...NUNJUCKS },
    command: (agent, renderings, mode, more) => [
      executable,
      ...flags(agent, renderings, mode, more),
    ],
  };
}

/** A program with consul-template's flags and its Go templates. */
export function peer({ name, path }: PeerOption): Contender {
  return {
    name,
    role: 'peer',
    ...GO,
    command: (agent, renderings, mode, more) => [path, ...flags(agent, renderings, mode, more)],
  };
}

/** The flags are the same for all: ours are consul-template's. */
function flags(
  agent: string,
  renderings: readonly Rendering[],
  mode: 'once' | 'watch',
  more: readonly string[] = [],
): string[] {
  return [
    ...(mode === 'once' ? ['-once'] : []),
    ...more,
    `-consul-addr=${agent}`,
    ...renderings.map(({ source, destination }) => `-template=${source}:${destination}`),
  ];
}
