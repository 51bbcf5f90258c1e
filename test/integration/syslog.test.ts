import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadLibc } from '../../src/process/libc.ts';
import { createSyslog } from '../../src/process/syslog.ts';
import { DatagramSocket } from '../support/datagram-socket.ts';

describe('syslog', () => {
  let folder: string;
  let socket: DatagramSocket;
  let complaints: string[];
  const options = () => ({
    ...({ facility: 'LOCAL0', name: 'ct', socket: join(folder, 'log') } as const),
    complain: (sentence: string) => complaints.push(sentence),
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-syslog-'));
    socket = new DatagramSocket(join(folder, 'log'));
    complaints = [];
  });

  afterEach(() => {
    socket.close();
    rmSync(folder, { recursive: true });
  });

  it('takes a datagram for each line', async () => {
    const syslog = await createSyslog({ ...options(), loadLibc });
    syslog.write('warn', '[WARN] (runner) é');
    syslog.write('error', '[ERR] (cli) b');
    const stamp = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ct\[${process.pid}\]: `;
    expect(await socket.next()).toMatch(new RegExp(`^<132>${stamp}\\[WARN\\] \\(runner\\) é$`));
    expect(await socket.next()).toMatch(new RegExp(`^<131>${stamp}\\[ERR\\] \\(cli\\) b$`));
    expect(complaints).toEqual([]);
  });

  it('is spoken to by logger where there is no koffi', async () => {
    const syslog = await createSyslog({ ...options(), loadLibc: async () => undefined });
    syslog.write('info', '[INFO] (runner) a');
    const received = await socket.next();
    expect(received).toMatch(/^<134>/);
    expect(received).toMatch(/ ct\[\d+\]: \[INFO\] \(runner\) a\n?$/);
  });

  it('that is not there is complained of once, and stops nobody', async () => {
    const syslog = await createSyslog({ ...options(), socket: join(folder, 'none'), loadLibc });
    for (let line = 0; line < 3; line++) syslog.write('info', 'a');
    expect(complaints).toEqual([expect.stringContaining('nobody listens at')]);
  });
});
