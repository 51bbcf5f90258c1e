// Runs the built program as a user would, then writes the code cache of what ran of one of its files:
// rehearsal.mjs LOADER FILE OUTPUT ARGUMENTS…
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const [node, , loader, file, output, ...args] = process.argv;
const require = createRequire(import.meta.url);
const { EarlySignals, openProgram } = require(loader);
const early = new EarlySignals();
const program = openProgram(dirname(loader), require);
process.argv = [node, loader, ...args];
process.on('exit', (code) => {
  if (code === 0) writeFileSync(output, program.opened.get(file).makeCache());
});
program.start(early);
