/** Has `end` be called where the test run ends first, and returns what says that it is not needed any more. */
export function dieWithUs(end: () => void): () => void {
  process.once('exit', end);
  // A test file has as many processes as it wants; each of them takes its listener away.
  process.setMaxListeners(0);
  return () => process.removeListener('exit', end);
}
