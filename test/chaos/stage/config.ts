import { HTTP_PORT } from './agent.ts';
import { PROGRAM_AGENT } from './cluster.ts';

/** The most of an upstream that the guards let go at once. */
export const MAX_REMOVED_PERCENT = 50;
const GUARDED = ['sales', 'customers'];

/** A rollback takes back the files of the command that failed: all files of the group have the same one, which runs once. */
const followed = {
  ...{ fileGroup: 'web', command: ['sh', 'reload.sh'], commandTimeout: '2s' },
  ...{ onFailure: 'rollback', onDrift: 'restore', perms: '0644' },
};
const probe = { command: ['sh', 'probe.sh'], within: '1s' };

/** What autotmpl is told: two files made of the same answers, checked, reloaded, guarded, and taken back where the reload fails. */
export function programConfig(): Readonly<Record<string, unknown>> {
  return {
    catalog: {
      consul: { address: `http://${PROGRAM_AGENT}:${HTTP_PORT}`, tokenFile: 'token' },
    },
    log: { level: 'debug' },
    state: 'state',
    startWith: 'lastGood',
    guard: {
      maxRemovedPercent: Object.fromEntries(GUARDED.map((name) => [name, MAX_REMOVED_PERCENT])),
      neverEmpty: GUARDED,
    },
    templates: [
      {
        ...{ source: 'nginx.conf.njk', destination: 'out/nginx.conf', wait: '50ms:500ms' },
        ...{ check: ['sh', 'check.sh', '{{ staged }}'], checkTimeout: '2s' },
        ...{ probe, ...followed },
      },
      {
        ...{ source: 'services.json.njk', destination: 'out/services.json', wait: '50ms:500ms' },
        ...{ format: 'json', ...followed },
      },
    ],
  };
}
