import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { Sessions } from '../../../../../src/catalog/http/http2/sessions.ts';
import { systemClock } from '../../../../../src/core/time.ts';
import { makeCertificates } from '../../../../support/certificates.ts';
import { startFakeHttp2Agent } from '../../../../support/fake-http2-agent.ts';

const COUNT = 2000;

it('looks for room a few times for each exchange, however many wait behind it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-sessions-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const certificates = await makeCertificates(folder);
  const agent = await startFakeHttp2Agent(
    certificates,
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.end('{}');
    },
    { maxStreams: 10 },
  );
  onTestFinished(() => agent.close());
  const ca = await readFile(certificates.caFile);
  const context = createSecureContext({ ca });
  let looks = 0;
  const sessions = new Sessions({
    dial: async () => {
      const session = connect(`https://127.0.0.1:${agent.port}`, { ca });
      await new Promise((resolve) => session.once('remoteSettings', resolve));
      return session;
    },
    context: () => (looks++, context),
    maxConnections: 2,
    clock: systemClock,
  });
  const request = { path: '/', headers: {}, packed: false, deadlineMs: 60_000, holdsMs: 1 };
  const { signal } = new AbortController();
  const replies = await Promise.all(
    Array.from({ length: COUNT }, () =>
      sessions.send({ request, headers: { ':path': '/' }, body: undefined }, signal),
    ),
  );
  expect(replies.filter((reply) => reply?.status === 200)).toHaveLength(COUNT);
  expect(agent.mostStreams).toBe(9);
  expect(looks).toBeLessThan(COUNT * 5);
  sessions.close();
});
