import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureConsul } from '../../scripts/consul.mjs';

const run = promisify(execFile);

/** A certificate authority and what it signed, as PEM files. */
export interface TestCertificates {
  readonly caFile: string;
  /** For `localhost`, `server.dc1.consul` and 127.0.0.1. */
  readonly serverCertFile: string;
  readonly serverKeyFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
}

/** Makes them in a folder, with Consul's own tool. */
export async function makeCertificates(folder: string): Promise<TestCertificates> {
  const consul = await ensureConsul();
  await run(consul, ['tls', 'ca', 'create'], { cwd: folder });
  await run(consul, ['tls', 'cert', 'create', '-server', '-dc=dc1'], { cwd: folder });
  await run(consul, ['tls', 'cert', 'create', '-client', '-dc=dc1'], { cwd: folder });
  return {
    caFile: join(folder, 'consul-agent-ca.pem'),
    serverCertFile: join(folder, 'dc1-server-consul-0.pem'),
    serverKeyFile: join(folder, 'dc1-server-consul-0-key.pem'),
    clientCertFile: join(folder, 'dc1-client-consul-0.pem'),
    clientKeyFile: join(folder, 'dc1-client-consul-0-key.pem'),
  };
}
