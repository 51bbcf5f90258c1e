import { describe, expect, it } from 'vitest';

import { askingOf } from '../../../src/cli/control-requests.ts';
import { eventLine } from '../../../src/cli/event-line.ts';
import { parseCommandLine } from '../../../src/cli/flags.ts';
import { statusText } from '../../../src/cli/status-text.ts';
import { table } from '../../../src/cli/table.ts';
import { jobStatus } from '../../support/scripted-control.ts';

describe('the commands that ask', () => {
  it('take their words, and no others', () => {
    expect(
      parseCommandLine(['signal', 'web', 'HUP', '-socket', '/s', '-format=json']),
    ).toMatchObject({
      ...{ command: 'control', asked: 'signal', words: ['web', 'HUP'] },
      ...{ socket: '/s', format: 'json' },
    });
    for (const wrong of ['signal web', 'stop', 'status x', 'putenv', 'ping -format xml']) {
      expect(() => parseCommandLine(wrong.split(' '))).toThrow();
    }
    expect(() => parseCommandLine(['check', '-config', 'x', '-socket', '/s'])).toThrow(
      '-socket has a meaning only with a command that asks',
    );
  });

  it('become the requests that are meant', () => {
    expect(askingOf('signal', ['a b', 'HUP']).request).toMatchObject({
      ...{ method: 'POST', path: '/v1/jobs/a%20b/signal', body: { signal: 'HUP' } },
    });
    expect(askingOf('putenv', ['A=b=c', 'D=']).request.body).toEqual({ A: 'b=c', D: '' });
    expect(askingOf('putenv', ['A=1', 'B-', 'C-D=-', 'E=2', 'E-'])).toMatchObject({
      request: { body: { A: '1', B: null, 'C-D': '-', E: null } },
      done: 'set: A, C-D; unset: B, E',
    });
    expect(askingOf('putmetric', ['a=1.5', 'b=-2']).request.body).toEqual({ a: 1.5, b: -2 });
    expect(askingOf('release', ['/etc/a.conf'])).toMatchObject({
      request: { path: '/v1/targets/release', body: { target: '/etc/a.conf' } },
    });
    expect(askingOf('stop', ['web']).request.timeoutMs).toBeUndefined();
  });

  it('refuse words that mean nothing, and take none for disable', () => {
    expect(() => askingOf('maintenance', ['off'])).toThrow('not "off"');
    expect(() => askingOf('putenv', ['A'])).toThrow('"A" has no equals sign');
    expect(() => askingOf('putenv', ['-'])).toThrow('"-" has no equals sign');
    expect(() => parseCommandLine(['-putenv', 'A-'])).toThrow("not in the format 'key=val'");
    expect(() => askingOf('putmetric', ['a='])).toThrow('a: expected a number');
  });
});

describe('the status for people', () => {
  const lastCheck = { status: 'critical', output: `no\u001b[2J answer ${'x'.repeat(90)}`, at: 0 };
  const text = statusText(
    {
      ...{ version: '1.2.3', pid: 7, startedAt: 0, ready: false, notReady: ['web is unhealthy'] },
      jobs: [
        jobStatus({ status: 'unhealthy', lastCheck }),
        jobStatus({
          name: 'a-job-with-a-name-that-is-much-too-long',
          restarts: 3,
          hasCheck: false,
        }),
        {
          ...{ name: 'late', role: 'job', state: 'waiting', status: 'unknown' },
          hasCheck: false,
          restarts: 0,
          waitingFor: 'waits for renderer ready',
        },
      ],
      services: [
        {
          ...{ id: 'web-h', name: 'web', address: '::1', port: 80, status: 'unhealthy' },
          registered: true,
        },
      ],
      watches: [{ name: 'sales', status: 'unknown' }],
      targets: [
        { label: 'a.njk -> /etc/a', state: 'waiting', reason: 'waits for service(sales)' },
        {
          ...{ label: '/etc/b', state: 'held', heldBy: 'guard', heldSince: 5000 },
          reason: `sales went from 12 instances to 1 ${'x'.repeat(80)}`,
          guards: [
            { guard: 'neverEmpty', evaluated: 12, objections: 1, lastObjection: 5000 },
            { guard: 'minInstances', evaluated: 0, objections: 0 },
          ],
        },
      ],
      commands: [
        {
          ...{ command: 'nginx -s reload', state: 'owed', targets: ['a'] },
          reason: 'it ended with 1',
        },
      ],
      queries: { fresh: 1, held: 2, suspect: 0, unanswered: 0 },
      connections: {
        ...{ server: 'Consul', protocol: 'HTTP/2', queries: 3 },
        ...{ sockets: 5, maxSockets: 48, granted: 5, exchanges: 1003 },
        visited: { inRounds: 40, whenRung: 850 },
        collapsed: { keys: 900, groups: 28, undone: 1 },
      },
    },
    65_000,
  );

  it('fits 80 columns, and lets no control character through', () => {
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).not.toContain('\u001b');
  });

  it('says first whether all is well, and of each part what matters most', () => {
    expect(text.split('\n').slice(0, 2)).toEqual([
      'autotmpl 1.2.3, pid 7, runs for 1m5s: not ready',
      '  web is unhealthy',
    ]);
    expect(text).toMatch(
      /^web +running +unhealthy +4242 +0\n {4}critical: no\\x1b\[2J answer x+\n {4}x+$/m,
    );
    expect(text).toMatch(/^a-job-with-a-name-that-… +running +- +4242 +3 +runs for 1m5s$/m);
    expect(text).toMatch(/^late +waiting +- +- +0\n {4}waits for renderer ready$/m);
    expect(text).toMatch(/^web-h +unhealthy +registered +\[::1\]:80$/m);
    expect(text).toMatch(/^waiting +a\.njk -> \/etc\/a$/m);
    expect(text).toMatch(/^owed +nginx -s reload\n +it ended with 1$/m);
    expect(text).toMatch(
      /^held +\/etc\/b\n +by a guard for 1m\n {4}sales went from 12 instances to 1 x+\n {4}x+$/m,
    );
    expect(text).toMatch(/^neverEmpty +12 +1 +1m ago +\/etc\/b$/m);
    expect(text).toMatch(/^minInstances +0 +0 +- +\/etc\/b$/m);
    expect(text).toContain('queries: 1 fresh, 2 held, 0 suspect, 0 unanswered');
    expect(text).toContain(
      'connections to Consul: 5 of at most 48, 1003 requests under way (HTTP/2)\ngranted by Consul: 5; it closed a further one at once\nkeys that are read together: 900, by 28 watches of prefixes\nread every few seconds: 40\nservices that are read when something changes: 850',
    );
  });

  it('break a long reason between its words, and cut one that never ends', () => {
    const [row, ...lines] = table(['STATE', 'FILE'], [['held', 'much to say '.repeat(100)]]).slice(
      1,
    );
    expect(row).toBe('held');
    expect(lines).toHaveLength(8);
    expect(lines.slice(0, 7).every((line) => /^ {4}(much|to|say).*(much|to|say)$/.test(line))).toBe(
      true,
    );
    expect(lines.at(-1)).toMatch(/…$/);
  });
});

it('an event is a line in which nothing of a name can reach a terminal', () => {
  const json = JSON.stringify({
    time: '2026-01-01T12:00:01.123Z',
    event: 'e',
    job: 'a',
    reason: 'x\n\u009b',
  });
  expect(eventLine(json)).toBe('12:00:01.123 e job=a reason="x\\n\\x9b"');
});
