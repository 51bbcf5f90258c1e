#!/usr/bin/env node
// Before anything else: until the program listens, a signal is lost (process 1), or ends us, or opens Node's debugger (USR1).
const early = new (require('../dist/cli/early-signals.cjs').EarlySignals)();
require('../dist/cli/bundle.cjs')
  .openBundle(require('node:path').join(__dirname, '../dist/cli/main.cjs'))
  .run()
  .start(early);
