import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect } from 'vitest';
import { NomadServer } from '../support/nomad-server.ts';
import { Scene } from '../support/scene.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { VaultServer } from '../support/vault-server.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { Program } from '../support/autotmpl.ts';

const TOKEN = 'hvs.token-that-nobody-sees';
const SECRET = 'hunter2-is-no-password';

type Json = Readonly<Record<string, unknown>>;

const PASSWORD: Json = {
  contents: 'password={{ secret("secret/app").Data.data.password }}\n',
  destination: 'app.env',
};
const ENVIRONMENT = { env: { VAULT_TOKEN: TOKEN } };

/** Whatever anybody could make of the log. */
function expectHidden(text: string, ...secrets: readonly string[]): void {
  for (const secret of [TOKEN, ...secrets]) {
    const bytes = Buffer.from(secret);
    for (const form of [secret, bytes.toString('base64').slice(0, -4), bytes.toString('hex')]) {
      expect(text).not.toContain(form);
    }
  }
}

const test = sideBySide(async (ends) => {
  const scene = new Scene();
  ends.push(() => scene.close());
  const vault = new VaultServer();
  vault.addToken(TOKEN);
  vault.put('app', { password: SECRET });
  await vault.start();
  ends.push(() => vault.stop());
  scene.write('catalog.yaml', 'keys: {}\n');

  const config = (...templates: Json[]): Json => ({
    catalog: {
      file: 'catalog.yaml',
      vault: { address: vault.address, defaultLeaseDuration: '1s' },
    },
    log: { level: 'trace' },
    templates,
  });
  function start(...templates: Json[]): Program {
    return scene.start(config(...templates), ENVIRONMENT);
  }

  async function run(args: readonly string[], ...templates: Json[]) {
    scene.write('autotmpl.json', JSON.stringify(config(...templates)));
    const program = scene.startWith(['-config', 'autotmpl.json', ...args], ENVIRONMENT);
    return program.ended;
  }

  return { scene, vault, start, run };
});

describe.concurrent('a secret of Vault', () => {
  test('is waited for, which is said, while it is not there', async ({
    stage: { scene, vault, start },
  }) => {
    const program = start({
      contents: '{{ secret("secret/later").Data.data.v }}\n',
      destination: 'later',
    });
    await program.logs(/later.*waits for.*vaultRead\(secret\/later\)/s);
    vault.put('later', { v: 'here' });
    await scene.untilText('later', 'here\n', 40_000);
  });

  test('is rendered once, and is in no log', async ({ stage: { scene, run } }) => {
    const { code, stdout, stderr } = await run(['-once'], PASSWORD);
    expect(code).toBe(0);
    expect(scene.read('app.env')).toBe(`password=${SECRET}\n`);
    expectHidden(stdout + stderr, SECRET);
  });

  test('is followed as it is rotated, while the token is renewed, and stays while Vault is away', async ({
    stage: { scene, vault, start },
  }) => {
    // It has to outlive a slow start.
    vault.addToken(TOKEN, { ttlS: 6 });
    const program = start({ ...PASSWORD, command: 'cat app.env; base64 -w0 app.env; exit 1' });
    await scene.untilText('app.env', `password=${SECRET}\n`);
    vault.put('app', { password: 'rotated-is-no-password' });
    await scene.untilText('app.env', 'password=rotated-is-no-password\n');
    await waitUntil(() => vault.count('PUT auth/token/renew-self') >= 2, { what: 'renewals' });
    await vault.stop();
    await program.logs(
      /cannot ask Vault at .* nobody answers there.*the last good answers are kept/,
    );
    expect(scene.read('app.env')).toBe('password=rotated-is-no-password\n');
    vault.put('app', { password: 'third-is-no-password' });
    vault.addToken(TOKEN);
    await vault.start();
    await scene.untilText('app.env', 'password=third-is-no-password\n', 30_000);
    const end = await program.stop();
    expect(end.code).toBe(0);
    const shown = end.stdout + end.stderr;
    expectHidden(shown, SECRET, 'rotated-is-no-password', 'third-is-no-password');
    expect(shown).toContain('********');
  });

  test('with a lease is renewed, and the file is left alone', async ({
    stage: { scene, vault, start },
  }) => {
    vault.leaseS = 4;
    const program = start({
      contents:
        '{% set db = secret("database/creds/app") %}{{ db.Data.username }}:{{ db.Data.password }}\n',
      destination: 'db.env',
    });
    await scene.until('db.env', () => scene.exists('db.env'));
    const stamp = scene.stamp('db.env');
    await program.logs(/renewed the lease of vaultRead\(database\/creds\/app\)/);
    await waitUntil(() => vault.count('PUT sys/leases/renew') >= 3, { what: 'renewals' });
    expect(scene.stamp('db.env')).toBe(stamp);
    expectHidden(program.stderr, scene.read('db.env').trim().split(':')[1] ?? '');
  });

  test('is masked in the diff of -dry, and so is the one before it', async ({
    stage: { scene, run },
  }) => {
    scene.write('app.env', 'password=an-older-secret\nport=5432\n');
    const { stdout, stderr } = await run(['-once', '-dry'], {
      ...PASSWORD,
      contents: `${String(PASSWORD['contents'])}port=5433\n`,
    });
    expect(stdout).toContain('+password=********');
    expect(stdout).toContain('+port=5433');
    expectHidden(stdout + stderr, SECRET, 'an-older-secret');
    expect(scene.read('app.env')).toContain('an-older-secret');
  });

  test('is masked in the error of a template', async ({ stage: { run } }) => {
    const { code, stderr } = await run(['-once'], {
      contents: '{{ (secret "secret/app").Data.data.password | sprig_fail }}',
      engine: 'go',
      destination: 'app.env',
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain('[redacted]');
    expectHidden(stderr, SECRET);
  });

  test('needs a Vault, and says what to set', async ({ stage: { scene } }) => {
    scene.write(
      'autotmpl.json',
      JSON.stringify({ catalog: { file: 'catalog.yaml' }, templates: [PASSWORD] }),
    );
    const { code, stderr } = await scene.startWith(['-config', 'autotmpl.json', '-once']).ended;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/no Vault is configured.*catalog\.vault\.address.*VAULT_ADDR/);
  });
});

describe.concurrent('a certificate of Vault', () => {
  test('is kept over a start, and three files of one fit together', async ({
    stage: { scene, vault, run },
  }) => {
    const call = 'pkiCert("pki/issue/web", "common_name=web.example.com")';
    const bundle = {
      contents: `{% set c = ${call} %}{{ c.Cert }}{{ c.Key }}{{ c.CA }}`,
      destination: 'bundle.pem',
    };
    const part = (field: string): Json => ({
      contents: `{{ ${call}.${field} }}`,
      destination: `${field}.pem`,
    });
    const first = await run(['-once'], bundle, part('Cert'), part('Key'));
    expect(first.code).toBe(0);
    const certificate = new X509Certificate(scene.read('Cert.pem'));
    expect(certificate.checkPrivateKey(createPrivateKey(scene.read('Key.pem')))).toBe(true);
    const stamp = scene.stamp('bundle.pem');
    await run(['-once'], bundle);
    expect(scene.stamp('bundle.pem')).toBe(stamp);
    expect(vault.count('PUT pki/issue/web')).toBe(1);
    expectHidden(first.stderr, scene.read('Key.pem').split('\n')[1] ?? '');
  });
});

describe.concurrent('a config of consul-template with Vault and Nomad', () => {
  test('runs as it is', async ({ stage: { scene, vault } }) => {
    const nomad = new NomadServer();
    await nomad.start();
    try {
      nomad.putVariable('nomad/jobs/web', { user: 'nomad-user-x' });
      nomad.register({ id: 'w', name: 'web', port: 8080, address: '10.0.0.1' });
      scene.write(
        'app.ctmpl',
        `{{ with secret "secret/app" }}{{ .Data.data.password }}{{ end }}
{{ with nomadVar "nomad/jobs/web" }}{{ .user }}{{ end }}
{{ range nomadService "web" }}{{ .Address }}:{{ .Port }}{{ end }}
`,
      );
      scene.write(
        'ct.hcl',
        `vault { address = "${vault.address}" }
nomad { address = "${nomad.address}" }
template { source = "app.ctmpl" destination = "out.txt" }
`,
      );
      const args = ['-config', 'ct.hcl', '-once', '-log-level', 'trace'];
      const { code, stderr } = await scene.startWith(args, ENVIRONMENT).ended;
      expect(stderr).not.toMatch(/nomad-user-x/);
      expect(code).toBe(0);
      expect(scene.read('out.txt')).toBe(`${SECRET}\nnomad-user-x\n10.0.0.1:8080\n`);
      expectHidden(stderr, SECRET);
    } finally {
      await nomad.stop();
    }
  });
});
