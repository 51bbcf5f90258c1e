import { getEventListeners, once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';

import { presentable } from '../../../src/probe/presentable.ts';
import { probeFile } from '../../../src/supervisor/probes/file.ts';
import { tooLate, unwell } from '../../../src/supervisor/probes/finding.ts';
import { runProbe } from '../../../src/supervisor/probes/probe.ts';
import type { HealthSettings } from '../../../src/supervisor/settings.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const SETTINGS: HealthSettings = {
  probe: { kind: 'file', path: '/' },
  intervalMs: 1000,
  timeoutMs: 300,
  first: 'now',
  logging: 'prefix',
};

describe('what a check prints', () => {
  it('loses what could mean something to a terminal, and keeps its lines', () => {
    expect(presentable('\u001b[31mred\u0000\r\n\tnext\u0085 ')).toBe('[31mred\n\tnext');
  });

  it('keeps its end, in whole characters, within what the catalog keeps of it', () => {
    const shown = presentable(`${'€'.repeat(4000)}the end!`);
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(4096);
    expect(shown).toMatch(/^…€+the end!$/);
    expect(presentable('short')).toBe('short');
  });

  it('stands behind the words for a timeout, which come first', () => {
    expect(tooLate('app.health', 300, unwell('')).output).toBe('app.health timeout after 300ms');
    expect(tooLate('app.health', 300, unwell('asking db…')).output).toBe(
      'app.health timeout after 300ms\nasking db…',
    );
  });
});

describe('a probe', () => {
  const parts = (clock: ManualClock) => ({
    clock,
    label: 'app.health',
    warningExitCode: undefined,
    environment: () => ({}),
    cwd: undefined,
    account: () => Promise.resolve(undefined),
    onLine: () => undefined,
  });

  it('does not wait for a file system that hangs', async () => {
    const stop = new AbortController();
    const finding = probeFile('/mnt/gone', stop.signal, () => new Promise(() => undefined));
    stop.abort();
    expect((await finding).status).toBe('critical');
  });

  it('leaves no timer and no listener behind, though it runs a hundred thousand times', async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    for (let round = 0; round < 100_000; round += 1) {
      const { status } = await runProbe(
        { ...SETTINGS, probe: { kind: 'none' } },
        parts(clock),
        signal,
      );
      if (status !== 'passing') throw new Error(status);
    }
    expect(clock.pending).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('is too late when its time is up, and lets go of what it waits for', async () => {
    const clock = new ManualClock();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://user:secret@127.0.0.1:${port}/health?token=secret`;
    const connected = once(server, 'connection');
    const finding = runProbe(
      { ...SETTINGS, probe: { kind: 'http', url } },
      parts(clock),
      new AbortController().signal,
    );
    const [socket] = (await connected) as [Socket];
    socket.on('error', () => undefined);
    const closed = once(socket.resume(), 'close');
    await clock.advance(300);
    expect(await finding).toEqual({
      status: 'critical',
      output: `app.health timeout after 300ms\nGET http://127.0.0.1:${port}/health: no answer`,
      timedOut: true,
    });
    await closed;
    server.close();
    expect(clock.pending).toBe(0);
  });
});
