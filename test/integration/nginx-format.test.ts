import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findFaultInNginx } from '../../src/output/format/nginx.ts';
import { nginxBinary } from '../support/nginx.ts';

const folder = mkdtempSync(join(tmpdir(), 'autotmpl-nginx-format-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONFIG = `pid nginx.pid;
error_log stderr;
events {} # a comment with } and ;
http {
  map $uri $x { default "a;b"; ~^/(a|b)$ 'c}d'; }
  server {
    listen 127.0.0.1:8081;
    location ~ "^/x{2}$" { return 200 "\${x}#\\"y\\""; }
    location / { if ($x = "b") { return 204; } return 200 a#b; }
  }
}
`;

/** nginx's own words for what is wrong with the structure, whatever it thinks of the rest. */
const STRUCTURE = /unexpected (?:"|end of file)|too long parameter/;

const pieces = ['{', '}', ';', '"', "'", '#', '\\', '$', ' ', '\n', ')', '${', '";', '}}'];

/** Pseudo-random numbers (mulberry32): the same texts at each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function nginxSays(text: string): string {
  writeFileSync(join(folder, 'nginx.conf'), text);
  return spawnSync(nginxBinary(), ['-e', 'stderr', '-p', folder, '-c', 'nginx.conf', '-t'], {
    encoding: 'utf8',
  }).stderr;
}

it('is of one mind with nginx about which texts are broken', () => {
  expect(nginxSays(CONFIG)).toContain('syntax is ok');
  const next = numbers(7);
  const seen = { right: 0, broken: 0 };
  for (let round = 0; round < 300; round += 1) {
    const at = next(CONFIG.length);
    const cut = next(3);
    const piece = next(4) === 0 ? '' : (pieces[next(pieces.length)] ?? '');
    const text = CONFIG.slice(0, at) + piece + CONFIG.slice(at + cut);
    const said = nginxSays(text);
    const isBroken = STRUCTURE.test(said);
    // nginx ends at the first thing that it does not like, which may be a word that it does not know.
    if (!isBroken && !said.includes('syntax is ok')) continue;
    seen[isBroken ? 'broken' : 'right'] += 1;
    expect(findFaultInNginx(text) !== undefined, `${text}\n${said}`).toBe(isBroken);
  }
  expect(seen.right).toBeGreaterThan(20);
  expect(seen.broken).toBeGreaterThan(40);
}, 90_000);
