#!/usr/bin/env node
// Before anything else: without a handler, Node answers USR1 by opening a debugger port.
process.on('SIGUSR1', () => {});
require('../dist/cli/bundle.cjs')
  .openBundle(require('node:path').join(__dirname, '../dist/cli/main.cjs'))
  .run();
