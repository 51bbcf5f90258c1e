#!/usr/bin/env node
const { EarlySignals, openProgram } = require('../dist/cli/bundle.cjs');
// Before anything else: until the program listens, a signal is lost (process 1), or ends us, or opens Node's debugger (USR1).
const early = new EarlySignals();
openProgram(require('node:path').join(__dirname, '../dist/cli'), require).start(early);
