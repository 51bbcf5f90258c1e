import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { nginx as quote } from '../../src/template/functions/quote.ts';
import { freePorts } from '../support/free-ports.ts';
import { nginxBinary, startNginx, type Nginx } from '../support/nginx.ts';

const TEXTS = [
  'plain',
  ' ',
  'two  words',
  `it's "quoted" \\ and \\" more \\n \\t \\\\`,
  ...["'", '"', '\\', '\\\\"', '#x', '{a}', ';', '}'],
  'a; } server { listen 81; # {{ x }}',
  '* ? [a] ~ ! & | < > ( ) ^ , = : % @',
  '`id` \\$',
  'ünïcödé 😀',
].map((text) => text.replaceAll('$', ''));

describe('the nginx filter, judged by nginx', () => {
  const folder = mkdtempSync(join(tmpdir(), 'autotmpl-quoting-'));
  let url = '';
  let nginx: Nginx | undefined;

  const config = (port: number, locations: string) => `
    worker_processes 1;
    pid nginx.pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
      server { listen 127.0.0.1:${port}; ${locations} }
    }`;

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    const locations = TEXTS.map((text, i) => `location = /${i} { return 200 ${quote(text)}; }`);
    writeFileSync(join(folder, 'nginx.conf'), config(port, locations.join('\n')));
    nginx = await startNginx({ prefix: folder, configFile: 'nginx.conf', url });
  });

  afterAll(async () => {
    await nginx?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives every text back', async () => {
    for (const [i, text] of TEXTS.entries()) {
      expect(await (await fetch(`${url}/${i}`)).text()).toBe(text);
    }
  });

  it('refuses what is too long for nginx, to the byte where it is bare', () => {
    const accepts = (token: string) => {
      writeFileSync(join(folder, 'long.conf'), config(1, `return 200 ${token};`));
      const args = ['-t', '-e', 'stderr', '-p', folder, '-c', 'long.conf'];
      return spawnSync(nginxBinary(), args).status === 0;
    };
    const longest = 'a'.repeat(4095);
    expect([accepts(String(quote(longest))), accepts(`${longest}a`)]).toEqual([true, false]);
    expect(() => quote(`${longest}a`)).toThrow('longer than nginx reads');
    const quoted = ' '.repeat(4093);
    expect(accepts(quote(quoted))).toBe(true);
    expect(() => quote(`${quoted} `)).toThrow('longer than nginx reads');
  });
});
