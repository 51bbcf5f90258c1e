import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ProgramEnd } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import {
  enterCatalog,
  EXAMPLE_ENVIRONMENT,
  exampleCatalog,
  exampleNames,
  EXAMPLES,
  exampleText,
} from '../support/examples.ts';
import { nginxBinary } from '../support/nginx.ts';
import { logLines, Scene } from '../support/scene.ts';

const flagsFor = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => ['-template', `${join(EXAMPLES, name)}.ctmpl:${name}`]);

describe('an example of consul-template or ContainerPilot, from a file', () => {
  let scene: Scene;
  let end: ProgramEnd;
  beforeAll(async () => {
    scene = new Scene();
    const catalog = join(EXAMPLES, 'catalog.yaml');
    const flags = ['-catalog', catalog, '-once', '-timeout', '30s', '-log-format', 'json'];
    end = await scene.startWith([...flags, ...flagsFor(exampleNames())], {
      env: EXAMPLE_ENVIRONMENT,
    }).ended;
  });
  afterAll(() => scene.close());

  it('ends well, and nothing is said of errors on the way', () => {
    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).not.toMatch(/"level":"(?:warn|error)"/);
  });

  it.each(exampleNames())('%s gives the text that is expected', (name) => {
    expect(scene.read(name)).toBe(exampleText(name));
  });

  it.each(['nginx', 'nginx-trimmed', 'nginx-backends'])('%s is right to nginx', (name) => {
    const isWhole = scene.read(name).includes('events {');
    writeFileSync(
      scene.at('nginx.conf'),
      isWhole
        ? `include ${name};\n`
        : `pid nginx.pid;\nerror_log stderr;\nevents {}\nhttp { access_log off; include ${name}; }\n`,
    );
    const flags = ['-t', '-e', 'stderr', '-p', scene.folder, '-c', 'nginx.conf'];
    const { status, stderr } = spawnSync(nginxBinary(), flags, {
      cwd: scene.folder,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });
});

/** They show what Consul knows of itself, or another datacenter. */
const OF_THE_AGENT: ReadonlySet<string> = new Set(['datacenters', 'nginx', 'scratch', 'tags']);

describe('examples of consul-template and ContainerPilot, from a Consul', () => {
  let scene: Scene;
  let agent: ConsulAgent;
  beforeAll(async () => {
    scene = new Scene();
    agent = await startConsul();
  });
  afterAll(async () => {
    await scene.close();
    await agent.stop();
  });

  it('wait without an error for what is not there yet, and give their texts once it is', async () => {
    const names = exampleNames().filter((name) => !OF_THE_AGENT.has(name));
    const flags = ['-consul-addr', agent.address, '-log-format', 'json'];
    const program = scene.startWith([...flags, ...flagsFor(names)], { env: EXAMPLE_ENVIRONMENT });
    // It needs no key, and no instance.
    await scene.until('a file of an empty catalog', () => scene.exists('memcached-config.php'));
    await program.logs(/waits for/);
    await enterCatalog(agent, await exampleCatalog());
    for (const name of names) await scene.untilText(name, exampleText(name), 20_000);
    expect(logLines(program).filter(({ level }) => level === 'error')).toEqual([]);
  });
});
