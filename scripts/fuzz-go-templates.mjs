// npm run fuzz:go -- --seconds 600 --seed N: compiles and renders random Go templates for so long. Prints the seed, what it saw
// and the slowest template; exit code 1 where it found a crash, an error without a place, or what takes or prints too much.
import { parseArgs } from 'node:util';

import { loadBundled } from './bundled.mjs';

/** Each batch has a seed of its own, so that a finding can be made again soon. */
const BATCH = 2000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const seconds = Number(values.seconds);
const firstSeed = Number(values.seed);
if (!(seconds > 0) || !Number.isSafeInteger(firstSeed)) {
  throw new Error('--seconds takes a number of seconds, --seed a whole number');
}
process.exitCode = await fuzz(await loadBundled('test/support/template-fuzz.ts'));

async function fuzz({ fuzzTemplates }) {
  const until = Date.now() + seconds * 1000;
  const total = { templates: 0, rendered: 0, slowestMs: 0, slowest: '', findings: 0 };
  console.log(`seed ${firstSeed}, for ${seconds} s`);
  for (let seed = firstSeed; Date.now() < until; seed++) {
    const report = fuzzTemplates(seed, (done) => done >= BATCH || Date.now() >= until);
    total.templates += report.templates;
    total.rendered += report.rendered;
    total.findings += report.findings.length;
    if (report.slowestMs > total.slowestMs) {
      Object.assign(total, { slowestMs: Math.round(report.slowestMs), slowest: report.slowest });
    }
    for (const finding of report.findings) console.log(`seed ${seed}: ${finding}`);
  }
  console.log(JSON.stringify(total, undefined, 2));
  return total.findings === 0 ? 0 : 1;
}
