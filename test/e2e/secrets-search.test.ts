/** Secrets of every origin are put into a whole run, in all of its modes, and looked for in everything that comes out. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { freePorts } from '../support/free-ports.ts';
import { childrenOf, commandLineOf } from '../support/process-facts.ts';
import { Scene } from '../support/scene.ts';
import { SecretSearch } from '../support/secret-search.ts';
import { VaultServer } from '../support/vault-server.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Each with characters that some writer writes otherwise. */
const SECRETS = {
  key: 'key-of/consul is "none" of+yours & <theirs>',
  'second key': 'second-of/consul is "none" of+yours & <theirs>',
  'third key': 'third-of/consul is none of+yours',
  'fourth key': 'fourth-of/consul is none of+yours',
  vault: 'vaults-password:is=none%of?yours/at+all',
  variable: "variable-it's \\none of yours?",
  job: 'jobs-own-password/is+none of yours',
} as const;
const TOKENS = {
  'Consul’s token': 'consul-token-0a1b2c3d4e5f',
  'Vault’s token': 'hvs.vault-token-5f4e3d2c1b',
};

const TEMPLATE = `sales {{ service("sales|any") | length }}
key={{ key("db/password") | secret }}
json={{ key("db/password") | secret | json }}
base64={{ key("db/password") | secret | base64Encode }}
vault={{ secret("secret/app").Data.data.password }}
url={{ secret("secret/app").Data.data.password | replaceAll("/", "%2F") }}
variable={{ env("APP_SECRET") | secret }}
`;
/** Prints the file in many ways, as commands do that fail. */
const TELL = (file: string) =>
  `cat "${file}"; cat "${file}" >&2; base64 -w0 "${file}"; echo; od -An -v -tx1 "${file}" | tr -d " \\n"; echo; sed s/^/x/ "${file}" | base64 -w0; echo`;

let consul: ConsulAgent;
let vault: VaultServer;
let scene: Scene;
let telemetry: number;
let search: SecretSearch;

beforeEach(async () => {
  scene = new Scene();
  consul = await startConsul();
  vault = new VaultServer();
  vault.addToken(TOKENS['Vault’s token']);
  vault.put('app', { password: SECRETS.vault });
  await vault.start();
  await consul.putKey('db/password', SECRETS.key);
  await consul.register({ ID: 'sales', Name: 'sales', Address: '10.0.0.1', Port: 80 });
  scene.write('consul-token', TOKENS['Consul’s token']);
  scene.write('vault-token', TOKENS['Vault’s token']);
  [telemetry = 0] = await freePorts(1);
  search = new SecretSearch({ ...SECRETS, ...TOKENS });
});
afterEach(async () => {
  await scene.close();
  await vault.stop();
  await consul.stop();
});

const env = { APP_SECRET: SECRETS.variable };

function config(template: object, more: object = {}): object {
  return {
    catalog: {
      consul: { address: consul.address, tokenFile: 'consul-token' },
      vault: { address: vault.address, tokenFile: 'vault-token' },
    },
    state: 'state',
    log: { level: 'trace' },
    templates: [{ contents: TEMPLATE, destination: 'app.env', backup: true, ...template }],
    ...more,
  };
}

/** Runs to its end, and looks through what it printed. */
async function runThrough(what: string, args: readonly string[], settings: object, code: number) {
  scene.write('autotmpl.json', JSON.stringify(settings));
  const end = await scene.startWith([...args, '-config', 'autotmpl.json'], { env }).ended;
  search.look(what, end.stdout + end.stderr);
  expect([what, end.code, end.stderr.slice(-500)]).toEqual([what, code, expect.anything()]);
}

/** Every file but those that the secrets came in by, and those that are to hold them, which nobody else may read. */
function lookThroughFiles(when: string): void {
  const inputs = new Set(['consul-token', 'vault-token', 'autotmpl.json']);
  for (const name of readdirSync(scene.folder, { recursive: true }) as string[]) {
    const path = join(scene.folder, name);
    const entry = lstatSync(path);
    if (!entry.isFile() || inputs.has(name)) continue;
    if (/^\.?app\.env(?:\.bak|\.autotmpl-good|\.autotmpl-\d+-\w+)?$/.test(name)) {
      expect([name, entry.mode & 0o077]).toEqual([name, 0]);
    } else {
      search.look(`the file ${name} ${when}`, readFileSync(path, 'latin1'));
    }
  }
}

it(
  'are in nothing that a run to its end prints or leaves, whatever fails',
  { timeout: 120_000 },
  async () => {
    const plain = { perms: '0600' };
    await runThrough('-once', ['-once'], config({ ...plain, command: TELL('app.env') }), 0);
    await consul.putKey('db/password', SECRETS['second key']);
    await runThrough('-dry', ['-once', '-dry'], config(plain), 0);
    const check = `${TELL('{{ staged }}')}; exit 3`;
    await runThrough('a failing check', ['-once'], config({ ...plain, check }), 65);
    await runThrough(
      'a failing command',
      ['-once'],
      config({ ...plain, command: `${TELL('app.env')}; exit 3` }),
      1,
    );
    const probe = { command: `${TELL('app.env')}; exit 3`, within: '1s' };
    await consul.putKey('db/password', SECRETS.key);
    const rollback = { ...plain, command: 'true', probe, onFailure: 'rollback' };
    await runThrough('a failing probe', ['-once'], config(rollback), 1);
    for (const [at, wrong] of ['port', 'parseJSON', 'host', 'nosuchfilter'].entries()) {
      const contents = `{{ key("db/password") | secret | ${wrong} }}{{ secret("secret/app").Data.data.password | ${wrong} }}`;
      const failing = config({ ...plain, contents, destination: `failing-${at}.env` });
      await runThrough(`a template that fails in ${wrong}`, ['-once'], failing, 1);
    }
    await runThrough('explain', ['explain', '-format', 'json'], config(plain), 0);
    await runThrough('check', ['check'], config(plain), 0);
    const job = { name: 'web', exec: ['true'], env: { DB_PASSWORD: SECRETS.job } };
    await runThrough('config', ['config'], config(plain, { jobs: [job] }), 0);
    lookThroughFiles('after runs to their end');
    expect(search.found).toEqual([]);
  },
);

it(
  'are in nothing that a run of a daemon shows, up to its crash',
  { timeout: 120_000 },
  async () => {
    const settings = config(
      {
        perms: '0600',
        command: `${TELL('app.env')}; test ! -e fail`,
        guard: { minInstances: { sales: 1 } },
        probe: { command: `${TELL('app.env')}; test ! -e fail`, within: '300ms' },
        onFailure: 'rollback',
        onDrift: 'report',
      },
      {
        log: { level: 'trace', file: { path: 'run.log' } },
        control: { socket: 'control.sock' },
        telemetry: { listen: `127.0.0.1:${telemetry}` },
        jobs: [
          {
            ...{ name: 'web', main: true, exec: ['sleep', '1000'] },
            ...{
              env: { DB_PASSWORD: SECRETS.job },
              health: { exec: ['cat', 'app.env'], interval: '1s' },
            },
          },
        ],
      },
    );
    scene.write('autotmpl.json', JSON.stringify(settings));
    const args = ['supervise', '-config', 'autotmpl.json', '-log-format', 'json'];
    const program = scene.startWith([...args, '-pid-file', 'run.pid'], { env });
    await program.logs(/what follows/, 30_000);
    const ask = (command: string, ...more: string[]) =>
      scene.startWith([command, ...more, '-config', 'autotmpl.json'], { env });
    const events = ask('events');
    // Good, then one that is rolled back, then one that a guard objects to, then a hand from outside.
    await consul.putKey('db/password', SECRETS['second key']);
    await scene.until('the second key', () =>
      scene.read('app.env').includes(SECRETS['second key']),
    );
    await program.logs(/what follows[^]*what follows/, 30_000);
    scene.write('fail', '');
    await consul.putKey('db/password', SECRETS.key);
    const back = () => program.stderr.match(/had been rolled back/g)?.length ?? 0;
    await scene.until('the first way back', () => back() > 0, 30_000);
    // The file holds the second key, whatever was tried since.
    for (const next of [SECRETS['third key'], SECRETS['fourth key']]) {
      const before = back();
      await consul.putKey('db/password', next);
      await scene.until('the next way back', () => back() > before, 30_000);
    }
    expect(scene.read('app.env')).toContain(SECRETS['second key']);
    const printed = () => program.stdout.match(/web\.health\][^\n]*variable=/g)?.length ?? 0;
    const checks = printed();
    await scene.until('a check that prints the file', () => printed() > checks);
    scene.remove('fail');
    await consul.deregister('sales');
    await program.logs(/minInstances/, 30_000);
    scene.write('app.env', `key=${SECRETS['fourth key']}\nby=hand\n`);
    await program.logs(/drifted/, 30_000);

    for (const command of [
      ['status'],
      ['status', '-format', 'json'],
      ['record'],
      ['explain'],
      ['ping'],
    ]) {
      const { stdout, stderr } = await ask(...(command as [string])).ended;
      search.look(command.join(' '), stdout + stderr);
    }
    for (const path of ['/metrics', '/status', '/healthz', '/readyz']) {
      const answer = await fetch(`http://127.0.0.1:${telemetry}${path}`);
      search.look(path, await answer.text());
    }
    const tokens = new SecretSearch(TOKENS);
    for (const pid of [program.pid, ...childrenOf(program.pid)]) {
      search.look(`the command line of ${pid}`, commandLineOf(pid));
      tokens.look(`the environment of ${pid}`, readFileSync(`/proc/${pid}/environ`, 'latin1'));
    }
    lookThroughFiles('while it runs');
    program.kill('SIGABRT');
    const end = await program.ended;
    await events.stop();
    search.look('its output', end.stdout + end.stderr);
    search.look('events', events.stdout + events.stderr);
    lookThroughFiles('after its crash');
    await waitUntil(() => !program.isRunning, { what: 'its end' });
    expect([...search.found, ...tokens.found]).toEqual([]);
  },
);

it('are found where they are: the search is not blind', () => {
  search.look('plain', `x${SECRETS.key}x`);
  for (const pad of ['', 'x', 'xy'])
    search.look('b64', Buffer.from(`${pad}${SECRETS.vault}xyz`).toString('base64'));
  search.look('hex', Buffer.from(SECRETS.variable).toString('hex'));
  expect(new Set(search.found.map((one) => one.split(' in ')[1]?.split(':')[0]))).toEqual(
    new Set(['plain', 'b64', 'hex']),
  );
  expect(search.found.filter((one) => one.includes('in b64'))).toHaveLength(3);
});
