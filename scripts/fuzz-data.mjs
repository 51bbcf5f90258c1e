// npm run fuzz:data -- --minutes 10 --seed N: renders hostile catalogs by every shipped template for so long, and has the programs
// that read the files judge them: nginx, HAProxy, sh. Prints the seed and what it saw; exit code 1 where a file said anything else than
// it would without the hostile part, or was not made.
import { parseArgs } from 'node:util';

import { loadBundled } from './bundled.mjs';
import { ensureHaproxy, ensureNginx } from './install.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  throw new Error('--minutes takes a number of minutes, --seed a whole number');
}
process.env.NGINX_BIN = await ensureNginx();
process.env.HAPROXY_BIN = await ensureHaproxy();
const { fuzzData } = await loadBundled('test/support/data-fuzz.ts');
const until = Date.now() + minutes * 60_000;
console.log(`seed ${seed}, for ${minutes} min`);
const report = fuzzData(seed, () => Date.now() >= until);
for (const finding of report.findings) console.log(finding);
console.log(JSON.stringify({ ...report, findings: report.findings.length }, undefined, 2));
process.exitCode = report.findings.length === 0 ? 0 : 1;
