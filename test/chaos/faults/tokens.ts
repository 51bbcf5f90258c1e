import { LEAST_RULES, NARROWED_RULES } from '../stage/tokens.ts';
import type { Fault } from './fault.ts';

/** What befalls autotmpl's token. */
export const TOKEN_FAULTS: readonly Fault[] = [
  {
    name: 'token narrowed',
    lane: 'catalog',
    lastsMs: [3000, 8000],
    begin: async ({ stage }) => {
      await stage.tokens.allow(NARROWED_RULES);
      return async () => stage.tokens.allow(LEAST_RULES);
    },
    logged: /the token needs service/,
  },
  {
    name: 'token deleted',
    lane: 'catalog',
    lastsMs: [3000, 6000],
    begin: async ({ stage }) => {
      await stage.tokens.remove(stage.tokens.secret);
      return async () => {
        await stage.tokens.renew();
      };
    },
    logged: /ACL not found/,
  },
  {
    name: 'token rotated',
    lane: 'catalog',
    lastsMs: [500, 3000],
    begin: async ({ stage }) => {
      const old = await stage.tokens.renew();
      return async () => stage.tokens.remove(old);
    },
  },
];
