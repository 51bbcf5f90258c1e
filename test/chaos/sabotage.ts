import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Survivors } from './calm.ts';

/** Breaks one invariant on purpose: who looks for it has to notice. */
export interface Sabotage {
  /** While faults are injected. */
  readonly during?: (survivors: Survivors) => Promise<void>;
  /** After the last fault of a round. */
  readonly inCalm?: (survivors: Survivors) => Promise<void>;
  /** After all rounds. */
  readonly atEnd?: (survivors: Survivors) => Promise<void>;
}

const SOON_MS = 2000;

const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'half file': {
    during: async ({ stage }) => {
      await sleep(SOON_MS);
      const text = stage.read('out/nginx.conf');
      writeFileSync(stage.at('out/nginx.conf'), text.slice(0, text.length / 2));
    },
  },
  'unchecked file': {
    during: async ({ stage }) => {
      await sleep(SOON_MS);
      stage.stranger.change('nginx.conf', (body) =>
        body.replace(/X-Rendering \w+/, 'X-Rendering unseen'),
      );
      await stage.proxy.signal('SIGHUP');
    },
  },
  'empty upstream': {
    during: async ({ stage }) => {
      await sleep(SOON_MS);
      stage.stranger.change('nginx.conf', (body) =>
        body.replace(/(upstream sales \{)[^}]*\}/, '$1\n server 127.0.0.1:65535 down;\n}'),
      );
    },
  },
  'torn group': {
    during: async ({ stage }) => {
      await sleep(SOON_MS);
      await stage.endProgram();
      const source = stage.read('services.json.njk');
      writeFileSync(
        stage.at('services.json.njk'),
        source.replace('{{ key("chaos/version") | json }}', '"0"'),
      );
      stage.startProgram();
    },
  },
  'unanswered request': {
    during: async ({ stage }) => {
      await sleep(SOON_MS);
      await stage.proxy.stop();
    },
  },
  'stale file': { inCalm: async ({ stage }) => stage.program.signal('SIGSTOP') },
  'silent log': { inCalm: async ({ stage }) => rmSync(stage.program.logFile) },
  'left file': {
    atEnd: async ({ stage }) => writeFileSync(stage.at('out/.nginx.conf.autotmpl-1-1'), ''),
  },
  'leaked descriptors': { atEnd: async ({ stage }) => stage.program.leak() },
  'end of autotmpl': {
    during: async ({ stage }) => {
      await sleep(SOON_MS);
      process.kill(stage.program.pid, 'SIGKILL');
    },
  },
};

/** The sabotage of this name; throws where there is none. */
export function sabotageOf(name: string | undefined): Sabotage | undefined {
  if (name === undefined) return undefined;
  const sabotage = SABOTAGES[name];
  if (sabotage !== undefined) return sabotage;
  throw new Error(`no sabotage ${name}: there are ${Object.keys(SABOTAGES).join(', ')}`);
}
