import { writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
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
      const text = stage.read('out/nginx.conf').replace(/X-Rendering \w+/, 'X-Rendering unseen');
      writeFileSync(stage.at('out/nginx.conf'), seal(text));
      await stage.proxy.signal('SIGHUP');
    },
  },
  'empty upstream': {
    during: async ({ stage }) => {
      await sleep(SOON_MS);
      const text = stage.read('out/nginx.conf');
      const emptied = text.replace(
        /(upstream sales \{)[^}]*\}/,
        '$1\n server 127.0.0.1:65535 down;\n}',
      );
      writeFileSync(stage.at('out/nginx.conf'), seal(emptied));
    },
  },
  'unanswered request': {
    during: async ({ stage }) => {
      await sleep(SOON_MS);
      await stage.proxy.stop();
    },
  },
  'stale file': { inCalm: async ({ stage }) => stage.program.signal('SIGSTOP') },
  'left file': {
    atEnd: async ({ stage }) => writeFileSync(stage.at('out/.nginx.conf.autotmpl-1-1'), ''),
  },
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

function seal(text: string): string {
  const body = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1);
  return `${body}# sealed ${createHash('sha256').update(body).digest('hex')}\n`;
}
