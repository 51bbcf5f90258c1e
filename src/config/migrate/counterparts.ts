/** What becomes of settings that no config of ours can say in the same way, by the form of their path. */
const COUNTERPARTS: readonly (readonly [path: RegExp, sentence: string])[] = [
  [/^run\.once$/, 'once: start autotmpl with -once'],
  [/^run\.parseOnly$/, 'parseonly: run autotmpl check'],
  [/^run\.pidFile$/, 'pid_file: start autotmpl with -pid-file'],
  [
    /^run\.killSignal$/,
    'kill_signal: TERM, INT and QUIT stop autotmpl, where nothing is supervised',
  ],
  [/^run\.reloadSignal$/, 'reload_signal: HUP reloads autotmpl, where nothing is supervised'],
  [
    /^catalog\.consul\.retry\b/,
    'retry: autotmpl asks a catalog that is in trouble for ever, and keeps the last good file',
  ],
  [/\.absentFatal$/, 'err_on_failed_lookup: what is not there is waited for, and warned about'],
  [/^catalog\.consul\.connections\b.*/, 'transport: connections are opened and kept as we do'],
  [/^environment\.(\w+)$/, '$1 is no longer set for commands: set it where autotmpl is started'],
  [/^log\.output$/, 'the log goes to standard error'],
  [/^log\.file\.naming$/, 'files of the log have other names: the newest is the path itself'],
  [/^log\.format$/, 'the log has another format'],
  [
    /^supervisor\.childVariables$/,
    'processes find AUTOTMPL_ variables in place of CONTAINERPILOT_ ones',
  ],
  [/^supervisor\.stopTimeoutMs$/, 'the whole stop has a budget: see stopTimeout'],
  [
    /^supervisor\.filesFirst$/,
    'commands of templates run once the process runs, and not before it; -once starts no jobs',
  ],
  [/^control$/, 'a control socket is served: see control'],
  [/\.signalled$/, 'signals reach the whole process group of the job'],
  [/\.health\.timeoutMs$/, 'a check has as long as its interval, where no timeout is given'],
  [/\.health\.first$/, 'the first check comes at once, and not after an interval'],
  [
    /\.deregisterAfterMs$/,
    'an entry that stays critical is removed after a while: see deregisterAfter',
  ],
  [
    /\.commandRules\b/,
    'exec: its command has all our variables but credentials, does not wait, and ends by TERM',
  ],
  [/\.logging$/, 'its lines are printed in another form: see logging'],
  [/\.stopTimeoutMs$/, 'it has another time to stop in: see stopTimeout'],
];

/** A sentence about a setting that was lost on the way. Values are not shown: they may be secrets. */
export function counterpart(path: string): string {
  for (const [form, sentence] of COUNTERPARTS) {
    const match = form.exec(path);
    if (match !== null) return sentence.replace('$1', match[1] ?? '');
  }
  // All of a part that is lost is one thing to know.
  const part = /^(?:vault|nomad|exec|deduplicate|log\.\w+|\w+\[\d+\]\.\w+)/.exec(path)?.[0] ?? path;
  return `${part} has no counterpart in a config of autotmpl's`;
}
