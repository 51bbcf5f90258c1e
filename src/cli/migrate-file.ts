import { extname } from 'node:path';
import { migrateConfig, NO_FLAGS } from '../config/migrate/config.ts';
import type { SettingsSources } from '../config/settings-sources.ts';
import type { Settings } from '../config/settings.ts';
import { isGoTemplate } from '../config/go-templates.ts';
import { loadSettings } from '../config/load.ts';
import { systemClock } from '../core/time.ts';
import { migrateTemplateFile, type MigrationProblem } from '../daemon/migrate-template.ts';
import { prove, type Proof } from '../daemon/prove.ts';
import { ANSWERS_WITHIN_MS } from './answers-within.ts';
import { idleDaemon } from './idle-daemon.ts';
import type { MigrateInvocation } from './invocation.ts';
import { settingsLogger } from './settings-logger.ts';
import { sourcesOf } from './sources.ts';

type Environment = SettingsSources['environment'];

/** What a file became. */
export interface MigratedFile {
  readonly kind: 'template' | 'config';
  readonly text: string;
  /** Lines for the person who asked: what was lost, what is uncertain, what the proof came to. */
  readonly notes: readonly string[];
  /** Whether it is the same in other words. */
  readonly isSame: boolean;
}

/** Turns one file; by its name a Go template, else a config. Throws an AutotmplError for one that is wrong. */
export function migrateOne(file: string, invocation: MigrateInvocation): Promise<MigratedFile> {
  return isGoTemplate(file) ? migrateTemplate(file, invocation) : config(file, invocation);
}

async function config(file: string, invocation: MigrateInvocation): Promise<MigratedFile> {
  const { environment, ...sources } = sourcesOf(invocation);
  const { text, problems } = await migrateConfig({
    ...{ ...sources, configPaths: [file], flags: NO_FLAGS },
    environment: withoutServers(environment),
  });
  const notes = problems.map(({ place, reason }) => `${place}: ${reason}`);
  if (invocation.prove && problems.length === 0) notes.push(`${file}: proven: the same settings`);
  return { kind: 'config', text, notes, isSame: problems.length === 0 };
}

/** What says where servers are and who we are to them stays in the environment, and is no part of a config. */
function withoutServers(environment: Environment): Environment {
  const isServers = (name: string): boolean =>
    /^(?:CONSUL_(?:HTTP|TOKEN|NAMESPACE|PARTITION|CACERT|CAPATH|CLIENT|TLS)|VAULT_|NOMAD_|CT_LOCAL)/.test(
      name,
    );
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isServers(name)));
}

async function migrateTemplate(file: string, invocation: MigrateInvocation): Promise<MigratedFile> {
  const { text, problems } = await migrateTemplateFile(file, process.cwd(), invocation.delimiters);
  if (!invocation.prove) {
    return { kind: 'template', text, notes: problems.map(note), isSame: problems.length === 0 };
  }
  const proof = await proofOf(file, text, invocation);
  // What is the same for the values that there are is uncertain no more.
  const left =
    proof.kind === 'equal' ? problems.filter(({ gravity }) => gravity === 'lost') : problems;
  const isSame = proof.kind === 'equal' && left.length === 0;
  return { kind: 'template', text, notes: [...left.map(note), ...proofNotes(file, proof)], isSame };
}

function note({ position, excerpt, reason, gravity }: MigrationProblem): string {
  const { template, line, column } = position;
  return `${template}:${line}:${column}: ${gravity}: ${excerpt}: ${reason}`;
}

function proofNotes(file: string, proof: Proof): readonly string[] {
  switch (proof.kind) {
    case 'equal':
      return [`${file}: proven: both give the same text`];
    case 'different':
      return [`${file}: not the same text:`, proof.diff.trimEnd()];
    case 'unknown':
      return [`${file}: not proven: ${proof.why}`];
  }
}

/** Renders both on the catalog that the flags name. */
async function proofOf(file: string, text: string, invocation: MigrateInvocation): Promise<Proof> {
  const load = async (): Promise<Settings> => {
    const sources = sourcesOf(invocation);
    const settings = await loadSettings({
      ...sources,
      flags: { ...sources.flags, templates: [{ source: file }] },
    });
    const [before] = settings.targets;
    if (before === undefined) return settings;
    const folder = process.cwd();
    const { left, right } = invocation.delimiters;
    const delimiters = { left: left ?? '{{', right: right ?? '}}' };
    const source = { contents: text, name: file.replace(extname(file), '.njk'), folder };
    const after = { ...before, source, engine: 'nunjucks', strict: true } as const;
    return { ...settings, targets: [{ ...before, delimiters }, after] };
  };
  const settings = await load();
  const { logger } = await settingsLogger(settings, invocation.program);
  const prepared = await idleDaemon(load, logger).prepare(settings);
  const timeoutMs = invocation.timeoutMs ?? ANSWERS_WITHIN_MS;
  const never = new AbortController().signal;
  return prove(prepared, { clock: systemClock, logger, timeoutMs }, never);
}
