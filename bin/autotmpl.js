#!/usr/bin/env node
// Before anything else: without a handler, Node answers USR1 by opening a debugger port.
process.on('SIGUSR1', () => {});
await import('../dist/cli/main.js');
