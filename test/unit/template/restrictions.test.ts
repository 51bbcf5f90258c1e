import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import type { Recall, Rendering, TemplateOptions } from '../../../src/template/engine.ts';
import { systemClock } from '../../../src/core/time.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../src/template/gotemplate/consul-template-functions.ts';
import { createGoEngine } from '../../../src/template/gotemplate/engine.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';

const environment = { HOME: '/root' };
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'autotmpl-restrictions-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engines = {
  nunjucks: createNunjucksEngine({ searchPath: [], environment, clock: systemClock }),
  go: createGoEngine({ environment, clock: systemClock, functions: CONSUL_TEMPLATE_FUNCTIONS }),
};

function render(
  language: keyof typeof engines,
  text: string,
  options: Partial<TemplateOptions>,
): Rendering {
  return engines[language]
    .compile(
      { name: 't', text, folder },
      { strict: true, allowControlCharacters: false, ...options },
    )
    .render((() => ({ state: 'fresh', value: 'read' })) as unknown as Recall);
}

describe.each([
  ['nunjucks', '{{ env("HOME") }}'],
  ['go', '{{ env "HOME" }}'],
] as const)('a denylist in %s', (language, call) => {
  it.each([['env'], ['e*'], ['*'], ['*nv']])(
    'that says %s lets no template call env',
    (pattern) => {
      const { error } = render(language, call, { functionDenylist: ['nothing', pattern] });
      expect(error?.message).toMatch(/^t:1:\d+: .*env: function is disabled$/);
    },
  );

  it.each([['en'], ['nv'], ['e?v'], ['ENV'], ['.nv'], ['en*v*x']])(
    'that says %s does not mean env',
    (pattern) => {
      const { error, text } = render(language, call, { functionDenylist: [pattern] });
      expect(error).toBeUndefined();
      expect(text).toBe('/root');
    },
  );

  it('holds for its own template only', () => {
    render(language, call, { functionDenylist: ['env'] });
    expect(render(language, call, {}).text).toBe('/root');
  });
});

describe('a denylist', () => {
  it('is no matter of templates that only might call', () => {
    const options = { functionDenylist: ['env'] };
    expect(render('go', '{{ if false }}{{ env "HOME" }}{{ end }}', options).text).toBe('');
    expect(render('nunjucks', '{% if false %}{{ env("HOME") }}{% endif %}', options).text).toBe('');
  });

  it("leaves Go's own functions", () => {
    expect(render('go', '{{ printf "%d" 1 }}', { functionDenylist: ['*'] }).text).toBe('1');
  });

  it('reaches functions behind a pipe', () => {
    const { error } = render('nunjucks', '{{ "a" | toUpper }}', { functionDenylist: ['toUpper'] });
    expect(error?.message).toContain('toUpper: function is disabled');
  });
});

describe('a sandbox', () => {
  mkdirSync(join(folder, 'box/deep'), { recursive: true });
  mkdirSync(join(folder, 'boxer'));
  writeFileSync(join(folder, 'outside'), '');
  symlinkSync('../outside', join(folder, 'box/link'));
  symlinkSync('..', join(folder, 'box/up'));
  symlinkSync('deep', join(folder, 'box/shallow'));
  symlinkSync('box', join(folder, 'alias'));
  symlinkSync('nowhere', join(folder, 'box/dangling'));

  it.each([
    ['box/a', 'box'],
    ['box/deep/../a', 'box'],
    ['box/shallow/a', 'box'],
    ['box/..a', 'box'],
    ['alias/a', 'box'],
    ['box/a', 'alias'],
    ['outside', '.'],
  ])('has %s in it, where it is %s', (path, box) => {
    const options = { sandboxPath: join(folder, box) };
    expect(render('go', `{{ file "${path}" }}`, options).text).toBe('read');
    expect(render('nunjucks', `{{ file("${path}") }}`, options).text).toBe('read');
  });

  it.each([
    ['outside'],
    ['box/../outside'],
    ['boxer/a'],
    ['/etc/passwd'],
    ['box/link'],
    ['box/up/x'],
  ])('does not have %s in it', (path) => {
    const options = { sandboxPath: join(folder, 'box') };
    const complaint = /^t:1:\d+: .*file: .* is outside of the sandbox /;
    expect(render('go', `{{ file "${path}" }}`, options).error?.message).toMatch(complaint);
    const inNunjucks = render('nunjucks', `{{ file("${path}") }}`, options);
    expect(inNunjucks.error?.message).toMatch(complaint);
  });
});
