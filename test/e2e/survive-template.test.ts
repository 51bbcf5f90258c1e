import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Program } from '../support/autotmpl.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { messages, Scene } from '../support/scene.ts';

let agent: ConsulAgent;
let scene: Scene;
let program: Program;
beforeAll(async () => {
  agent = await startConsul();
});
afterAll(() => agent.stop());
beforeEach(async () => {
  scene = new Scene();
  await agent.putKey('site/text', 'one');
  scene.write('part.njk', 'part');
  scene.write('site.njk', 'old {{ key("site/text") }} {% include "part.njk" %}\n');
  program = scene.start({
    catalog: { consul: { address: agent.address } },
    templates: [{ source: 'site.njk', destination: 'site.conf' }],
  });
  await scene.untilText('site.conf', 'old one part\n');
});
afterEach(() => scene.close());

/** Sends HUP, and waits for what the program says to it. */
async function hup(answer: RegExp): Promise<string> {
  const before = messages(program, /^HUP: /).length;
  program.kill('SIGHUP');
  await scene.until('an answer to HUP', () => messages(program, /^HUP: /).length > before);
  const said = messages(program, /^HUP: /).at(-1) ?? '';
  expect(said).toMatch(answer);
  return said;
}

async function expectRendered(value: string, text: string): Promise<void> {
  await agent.putKey('site/text', value);
  await scene.untilText('site.conf', text);
}

const KEPT = /^HUP: the old config and templates stay in force: /;
const TAKEN = /^HUP: config and templates read again/;

describe('a template that goes missing while it runs', () => {
  it('goes on being rendered as it was compiled, is missed at HUP, and taken up when it is back', async () => {
    rmSync(scene.at('site.njk'));
    await expectRendered('two', 'old two part\n');
    expect(await hup(KEPT)).toContain('cannot read the template site.njk: there is no such file');
    await expectRendered('three', 'old three part\n');
    scene.write('site.njk', 'new {{ key("site/text") }}\n');
    await hup(TAKEN);
    await scene.untilText('site.conf', 'new three\n');
    await expectRendered('four', 'new four\n');
  });

  it('is no trouble where it is only included', async () => {
    rmSync(scene.at('part.njk'));
    await expectRendered('two', 'old two part\n');
    expect(await hup(KEPT)).toContain('part.njk');
    await expectRendered('three', 'old three part\n');
  });
});

describe('a template that is broken while it runs', () => {
  it('is refused at HUP with file, line and column, and the old one stays in force', async () => {
    scene.write('site.njk', 'fine\n  {{ key("site/text") | nosuchfilter }}\n');
    await expectRendered('two', 'old two part\n');
    expect(await hup(KEPT)).toMatch(/site\.njk:2:\d+/);
    await expectRendered('three', 'old three part\n');
    scene.write('site.njk', 'fine\n{% if %}\n');
    expect(await hup(KEPT)).toMatch(/site\.njk:2:\d+/);
    await expectRendered('four', 'old four part\n');
    scene.write('site.njk', 'mended {{ key("site/text") }}\n');
    await hup(TAKEN);
    await scene.untilText('site.conf', 'mended four\n');
  });

  it('keeps the old file where only its data breaks it, says where, and goes on when the data is right', async () => {
    scene.write('site.njk', 'list {{ (key("site/text") | parseJSON).name }}\n');
    await hup(TAKEN);
    await program.logs(/site\.njk:1:\d+/);
    expect(scene.read('site.conf')).toBe('old one part\n');
    await expectRendered('{"name": "x"}', 'list x\n');
  });

  it('takes nothing of a config in which anything is wrong', async () => {
    const config = scene.read('autotmpl.json');
    scene.write('autotmpl.json', config.replace('"site.conf"', '"elsewhere.conf", "commnd": "x"'));
    expect(await hup(KEPT)).toMatch(/commnd.*command/s);
    await expectRendered('two', 'old two part\n');
    scene.write('autotmpl.json', config.replace('"site.conf"', '"elsewhere.conf"'));
    await hup(TAKEN);
    await scene.untilText('elsewhere.conf', 'old two part\n');
    await agent.putKey('site/text', 'three');
    await scene.untilText('elsewhere.conf', 'old three part\n');
    expect(scene.read('site.conf')).toBe('old two part\n');
  });
});

describe('a template that comes to no end', () => {
  it('fails with its place, keeps the old file, lets the others be rendered, and goes on when the data is right', async () => {
    scene.write(
      'site.njk',
      'turns\n{% set n = key("site/text") | int %}{% for a in range(n) %}{% for b in range(n) %}{% endfor %}{% endfor %}{{ n }}\n',
    );
    scene.write('other.njk', 'other {{ key("site/text") }}\n');
    const config = scene.read('autotmpl.json');
    scene.write(
      'autotmpl.json',
      config.replace(
        '"site.conf"}',
        '"site.conf"}, {"source": "other.njk", "destination": "other.conf"}',
      ),
    );
    await agent.putKey('site/text', '3');
    await hup(TAKEN);
    await scene.untilText('site.conf', 'turns\n3\n');
    await agent.putKey('site/text', '500000');
    await program.logs(/site\.njk:2:\d+: the template takes more than 2500000 steps/, 30_000);
    await scene.untilText('other.conf', 'other 500000\n');
    expect(scene.read('site.conf')).toBe('turns\n3\n');
    await agent.putKey('site/text', '4');
    await scene.untilText('site.conf', 'turns\n4\n');
  }, 90_000);
});
