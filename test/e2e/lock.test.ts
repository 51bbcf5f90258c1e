import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runAutotmpl, startAutotmpl, type Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { countSessions, endSessions, lockHolder } from '../support/consul-locks.ts';
import { establishedSockets } from '../support/established-sockets.ts';
import { waitUntil } from '../support/wait-until.ts';

const KEY = 'jobs/migrate';

describe('autotmpl lock', () => {
  let agent: ConsulAgent;
  let folder: string;
  const programs: Program[] = [];
  beforeAll(async () => {
    agent = await startConsul();
  });
  afterAll(() => agent.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-lock-'));
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.stop();
    await endSessions(agent);
    await agent.deleteKey('', { recurse: true });
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (name: string) => join(folder, name);
  const options = () => ({ cwd: folder, env: { CONSUL_HTTP_ADDR: agent.address } });
  const run = (...words: string[]) => runAutotmpl(['lock', ...words], options());
  /** Starts one, and waits until its command has written the file. */
  async function start(file: string, ...words: string[]): Promise<Program> {
    const program = startAutotmpl(['lock', ...words], options());
    programs.push(program);
    await waitUntil(() => existsSync(at(file)), { what: `${file}: ${program.stderr}` });
    return program;
  }
  const holder = async () => (await lockHolder(agent, KEY))?.value;
  /** Does not end before it is told to. */
  const LASTING = 'echo $$ > pid; while :; do sleep 0.1; done';
  const isGone = (pid: number) => !existsSync(`/proc/${pid}/status`);

  it('runs a command while it holds the lock, and passes its output and its exit code on', async () => {
    const script = 'echo "$AUTOTMPL_LOCK_KEY $AUTOTMPL_LOCK_FENCE"; echo oops >&2; exit 7';
    const end = await run(KEY, '--', 'sh', '-c', script);
    expect(end.code).toBe(7);
    expect(end.stdout).toMatch(/^jobs\/migrate \d+\n$/);
    expect(end.stderr).toBe('oops\n');
    expect(await holder()).toBeUndefined();
    expect(await countSessions(agent)).toBe(0);
  });

  it('shows who has it', async () => {
    await start('pid', '-name', 'the nightly one', KEY, '--', 'sh', '-c', LASTING);
    expect(await holder()).toBe('the nightly one');
  });

  it('tells of a signal that ended the command as a shell does', async () => {
    expect((await run(KEY, '--', 'sh', '-c', 'kill -KILL $$')).code).toBe(137);
  });

  it.each([
    ['/no/such/program', 127],
    ['/etc/passwd', 126],
  ])(
    'ends as a shell would where %s cannot be started, and gives the lock back',
    async (file, code) => {
      const end = await run(KEY, '--', file);
      expect(end.code).toBe(code);
      expect(end.stderr).toContain(file);
      expect(await countSessions(agent)).toBe(0);
    },
  );

  it('runs the words with a shell where it is told to, and tells of failures as consul lock', async () => {
    const end = await run('-shell', '-child-exit-code', KEY, 'echo a b &&', 'exit 9');
    expect(end).toMatchObject({ code: 2, stdout: 'a b\n' });
    expect((await run('-child-exit-code', KEY, 'true')).code).toBe(0);
  });

  it('never runs two at a time', async () => {
    const script = 'echo in >> log; sleep 0.1; echo out >> log';
    await Promise.all([1, 2, 3].map(() => run(KEY, '--', 'sh', '-c', script)));
    expect(readFileSync(at('log'), 'utf8')).toBe('in\nout\n'.repeat(3));
  });

  it('gives up after its timeout with a code of its own, and runs nothing', async () => {
    await start('pid', KEY, '--', 'sh', '-c', LASTING);
    const end = await run('-timeout', '300ms', KEY, '--', 'touch', 'ran');
    expect(end.code).toBe(75);
    expect(end.stderr).toContain('the lock jobs/migrate could not be had within 300ms');
    expect(existsSync(at('ran'))).toBe(false);
    expect(await countSessions(agent)).toBe(1);
  });

  it('ends while it waits when it is told to', async () => {
    await start('pid', KEY, '--', 'sh', '-c', LASTING);
    const before = await establishedSockets(agent.ports.http);
    const waiting = startAutotmpl(['lock', KEY, '--', 'true'], options());
    programs.push(waiting);
    // It listens to signals before it asks the agent.
    await waitUntil(async () => (await establishedSockets(agent.ports.http)) > before, {
      what: 'a question to the agent',
    });
    waiting.kill('SIGTERM');
    expect(await waiting.ended).toMatchObject({ code: 143, stderr: '' });
    expect(await countSessions(agent)).toBe(1);
  });

  it('passes signals on to the command, and gives the lock back when that has ended', async () => {
    const script = `trap 'echo usr' USR1; trap 'echo bye; exit 3' TERM; ${LASTING}`;
    const program = await start('pid', KEY, '--', 'sh', '-c', script);
    program.kill('SIGUSR1');
    await waitUntil(() => program.stdout.includes('usr'), { what: 'USR1' });
    program.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 3, stdout: 'usr\nbye\n' });
    expect(await countSessions(agent)).toBe(0);
  });

  it('kills a command that does not end when it is told to twice', async () => {
    const script = `trap 'echo no' INT; ${LASTING}`;
    const program = await start('pid', KEY, '--', 'sh', '-c', script);
    program.kill('SIGINT');
    await waitUntil(() => program.stdout.includes('no'), { what: 'the first INT' });
    program.kill('SIGINT');
    expect(await program.ended).toMatchObject({ code: 137 });
    expect(await countSessions(agent)).toBe(0);
  });

  it('ends the command, and itself with a code of its own, when the lock is lost', async () => {
    const script = `trap 'echo lost; exit 0' TERM; ${LASTING}`;
    const program = await start('pid', '-lock-delay', '0', KEY, '--', 'sh', '-c', script);
    const { session } = (await lockHolder(agent, KEY)) ?? { session: '' };
    await agent.expectOk('PUT', `/v1/session/destroy/${session}`);
    const end = await program.ended;
    expect(end).toMatchObject({ code: 76, stdout: 'lost\n' });
    expect(end.stderr).toContain('jobs/migrate is not ours any more');
  });

  it('kills a command that outlives its lock', async () => {
    const script = `trap '' TERM; ${LASTING}`;
    const program = await start('pid', '-lock-delay', '0', KEY, '--', 'sh', '-c', script);
    const pid = Number(readFileSync(at('pid'), 'utf8'));
    const { session } = (await lockHolder(agent, KEY)) ?? { session: '' };
    await agent.expectOk('PUT', `/v1/session/destroy/${session}`);
    expect((await program.ended).code).toBe(76);
    expect(isGone(pid)).toBe(true);
  });

  it('keeps tokens from the command, and needs a catalog with locks', async () => {
    const env = { ...options().env, CONSUL_HTTP_TOKEN: 'anonymous' };
    const script = 'echo "${CONSUL_HTTP_TOKEN:-none} $CONSUL_HTTP_ADDR"';
    const words = ['lock', KEY, '--', 'sh', '-c', script];
    const end = await runAutotmpl(words, { ...options(), env });
    expect(end.stdout).toBe(`none ${agent.address}\n`);
    writeFileSync(at('catalog.yaml'), 'keys: {}\n');
    const refused = await run('-catalog', 'catalog.yaml', KEY, '--', 'touch', 'ran');
    expect(refused.code).toBe(78);
    expect(refused.stderr).toContain('a catalog of the kind file has no locks');
    expect(existsSync(at('ran'))).toBe(false);
  });

  it.each([
    [['-session-ttl', '5s', KEY], 78, 'not possible in Consul'],
    [['a//b'], 78, 'cannot be a lock'],
    [[], 64, 'lock needs a key'],
  ])('refuses %j', async (words, code, said) => {
    const end = await run(...words, '--', 'touch', 'ran');
    expect(end).toMatchObject({ code });
    expect(end.stderr).toContain(said);
    expect(existsSync(at('ran'))).toBe(false);
  });
});
