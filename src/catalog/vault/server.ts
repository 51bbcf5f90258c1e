import type { ServerWords } from '../http/server.ts';

/** What Vault is called in messages. */
export const VAULT: ServerWords = {
  name: 'Vault',
  role: 'server',
  limit: 'a server does beyond its limit of connections',
  limitAdvice: 'raise the rate limit quota, or ask for less at once',
};
