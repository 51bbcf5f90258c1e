// Runs a built program as a user would, then writes the code cache of what ran:
// rehearsal.mjs LOADER BUNDLE OUTPUT ARGUMENTS…
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const [node, , loader, path, output, ...args] = process.argv;
const require = createRequire(import.meta.url);
const early = new (require(join(dirname(loader), 'early-signals.cjs')).EarlySignals)();
const bundle = require(loader).openBundle(path);
process.argv = [node, path, ...args];
process.on('exit', (code) => {
  if (code === 0) writeFileSync(output, bundle.makeCache());
});
bundle.run().start(early);
