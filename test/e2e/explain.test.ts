import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runAutotmpl, type ProgramEnd } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { makeConsulToken } from '../support/consul-tokens.ts';

/** What is printed with `-format json`, as far as these tests look at it. */
interface Printed {
  readonly targets: readonly {
    readonly state: string;
    readonly passes: number;
    readonly command: unknown;
    readonly queries: readonly { readonly id: string; readonly pass: number }[];
  }[];
  readonly policy: string;
}

describe('autotmpl explain', () => {
  let agent: ConsulAgent;
  let folder: string;
  beforeAll(async () => {
    agent = await startConsul({ acl: true });
    await agent.putKey('app/pointer', 'app/name');
    await agent.putKey('app/name', 'a value that is nobody’s business');
    await agent.register({ Name: 'web', Port: 80 });
  });
  afterAll(() => agent.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autotmpl-explain-'));
    await writeFile(
      join(folder, 'app.njk'),
      '{{ key(key("app/pointer")) }}\n{% for one in service("web") %}{{ one.Port }}{% endfor %}\n',
    );
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = (args: string[], token: string): Promise<ProgramEnd> =>
    runAutotmpl(args, {
      cwd: folder,
      env: { CONSUL_HTTP_ADDR: agent.address, CONSUL_HTTP_TOKEN: token },
    });

  it('shows the queries of a template, what a change runs, and no value', async () => {
    const { code, stdout, stderr } = await run(
      ['explain', 'app.njk:out.conf:nginx -s reload'],
      agent.managementToken,
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^out\.conf \(app\.njk\): complete after 3 passes$/m);
    expect(stdout).toMatch(/^1 +fresh .* app\.njk:1:11 +key\(app\/pointer\)$/m);
    expect(stdout).toMatch(/^2 +fresh .* app\.njk:1:7 +key\(app\/name\)$/m);
    expect(stdout).toMatch(/^a change of any of them runs: nginx -s reload$/m);
    expect(stdout).not.toContain('business');
  });

  it('names a policy that is enough, and without any of whose rules it is not', async () => {
    const told = await run(['explain', '-format', 'json', 'app.njk'], agent.managementToken);
    const { policy, targets } = JSON.parse(told.stdout) as Printed;
    expect(targets[0]?.queries.map(({ id, pass }) => [id, pass])).toEqual([
      ['key(app/pointer)', 1],
      ['service(web)', 1],
      ['key(app/name)', 2],
    ]);
    const rules = policy.trimEnd().split('\n');
    expect(rules).toHaveLength(4);
    const render = ['-once', '-template', 'app.njk', '-timeout', '5s'];
    const enough = await run(render, await makeConsulToken(agent, policy));
    expect(enough).toMatchObject({ code: 0, stdout: 'a value that is nobody’s business\n80\n' });
    const renderings = rules.map(async (left) => {
      const fewer = rules.filter((rule) => rule !== left).join('\n');
      return run(render, await makeConsulToken(agent, fewer));
    });
    for (const one of await Promise.all(renderings)) expect(one.stdout).not.toBe(enough.stdout);
  });

  it('says what is waited for, and ends with the code for that', async () => {
    await writeFile(join(folder, 'none.njk'), '{{ key("app/none") }}');
    const absent = await run(['explain', 'none.njk'], agent.managementToken);
    expect(absent.code).toBe(75);
    expect(absent.stdout).toContain('waits for key(app/none): it does not exist');
    expect(absent.stdout).toContain('for what was asked so far:\n\nkey "app/none" { policy');

    const away = await run(
      ['explain', '-consul-addr', '127.0.0.1:1', '-timeout', '300ms', 'none.njk'],
      '',
    );
    expect(away.code).toBe(69);
    expect(away.stdout).toContain('waits for key(app/none): cannot ask Consul');
  });

  it('writes no file, and says how it is called where there is nothing to explain', async () => {
    await run(['explain', 'app.njk:out.conf'], agent.managementToken);
    await expect(rm(join(folder, 'out.conf'))).rejects.toThrow('ENOENT');
    const nothing = await run(['explain'], agent.managementToken);
    expect(nothing.code).toBe(64);
    expect(nothing.stderr).toContain('nothing to explain');
  });
});
