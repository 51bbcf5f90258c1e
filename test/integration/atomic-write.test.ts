import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { removeLeftovers } from '../../src/output/leftovers.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/commands', import.meta.url));
/** A mount namespace of our own, so that mounts are seen by nobody else and go with the process. */
const UNSHARE = process.geteuid?.() === 0 ? ['-m'] : ['-r', '-m'];
const mayMount =
  spawnSync('unshare', [...UNSHARE, 'mount', '-t', 'tmpfs', 'none', '/tmp']).status === 0;
if (!mayMount) {
  console.warn(
    'Full disk, read-only folder and bind mount are not tested: mounting is not permitted here.',
  );
}

let programs: string;
let folder: string;
let file: string;
beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'atomic-write-programs-'));
  await build({
    entryPoints: ['write-file', 'rewrite-forever'].map((name) => join(FIXTURES, `${name}.ts`)),
    outdir: programs,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(programs, 'case-'));
  file = join(folder, 'app.conf');
});

interface Outcome {
  readonly placement?: string;
  readonly error?: string;
  /** The file afterwards; absent where it does not exist. */
  readonly text: string | undefined;
  readonly names: readonly string[];
}

/** Runs the shell lines of `prepare` in a mount namespace, then writes, then looks, all inside of it. */
function writeAfter(prepare: string, text: string, options: object): Outcome {
  const script = `set -e
${prepare}
"$NODE" "$PROGRAM" "$FILE" "$TEXT" "$OPTIONS"
printf '\\0'; if [ -e "$FILE" ]; then cat "$FILE"; else printf absent; fi
printf '\\0'; ls -A "$FOLDER"`;
  const ran = spawnSync('unshare', [...UNSHARE, 'sh', '-c', script], {
    encoding: 'utf8',
    maxBuffer: 10_000_000,
    env: {
      PATH: process.env.PATH,
      NODE: process.execPath,
      PROGRAM: join(programs, 'write-file.mjs'),
      FOLDER: folder,
      FILE: file,
      TEXT: text,
      OPTIONS: JSON.stringify(options),
    },
  });
  if (ran.status !== 0) throw new Error(`the case did not run: ${ran.stderr}`);
  const [report = '', after = '', names = ''] = ran.stdout.split('\0');
  return {
    ...(JSON.parse(report) as { placement?: string; error?: string }),
    text: after === 'absent' ? undefined : after,
    names: names.trim().split('\n'),
  };
}

describe.runIf(mayMount)('writing where the system objects (needs the right to mount)', () => {
  const SMALL_DISK = 'mount -t tmpfs -o size=64k none "$FOLDER"; printf old > "$FILE"';
  const BOUND = 'printf old > "$FOLDER/source"; : > "$FILE"; mount --bind "$FOLDER/source" "$FILE"';
  const READ_ONLY =
    'printf old > "$FILE"; mount --bind "$FOLDER" "$FOLDER"; mount -o remount,ro,bind "$FOLDER"';
  const LARGE = 'x'.repeat(100_000);

  it('keeps the old file when the disk is full, and leaves nothing behind', () => {
    const { error, text, names } = writeAfter(SMALL_DISK, LARGE, {});
    expect(error).toContain(`Cannot write ${file}: no space is left on its file system (Free`);
    expect(text).toBe('old');
    expect(names).toEqual(['app.conf']);
  });

  it('puts the old text back when the disk is full in the middle of a write in place', () => {
    const { error, text } = writeAfter(SMALL_DISK, LARGE, { write: 'inPlace' });
    expect(error).toContain(`Cannot write in place ${file}: no space is left`);
    expect(text).toBe('old');
  });

  it('says that the folder is read-only, and what to do', () => {
    const { error, text, names } = writeAfter(READ_ONLY, 'new', { write: 'auto' });
    expect(error).toContain(`Cannot write ${file}: the file system is read-only (Mount`);
    expect(error).toContain('write: inPlace');
    expect(text).toBe('old');
    expect(names).toEqual(['app.conf']);
  });

  it('writes a file that is mounted writable into a read-only folder, in place', () => {
    const mounts = `printf old > "$FILE"; mount --bind "$FOLDER" "$FOLDER"
      mount --bind "$FILE" "$FILE"; mount -o remount,ro,bind "$FOLDER"`;
    expect(writeAfter(mounts, 'new', { write: 'inPlace' })).toMatchObject({
      placement: 'inPlace',
      text: 'new',
      names: ['app.conf'],
    });
  });

  it('refuses to replace a bind-mounted file unless asked to write in place', () => {
    const { error, text, names } = writeAfter(BOUND, 'new', { write: 'rename' });
    expect(error).toContain(`Cannot write ${file}: it is a mount point`);
    expect(error).toContain('write: auto');
    expect(text).toBe('old');
    expect(names).toEqual(['app.conf', 'source']);
  });

  it('falls back to writing a bind-mounted file in place, says so, and keeps a true backup', () => {
    expect(writeAfter(BOUND, 'new', { write: 'auto', backup: true })).toMatchObject({
      placement: 'inPlace',
      text: 'new',
      names: ['app.conf', 'app.conf.bak', 'source'],
    });
    expect(readFileSync(`${file}.bak`, 'utf8')).toBe('old');
    expect(readFileSync(join(folder, 'source'), 'utf8')).toBe('new');
  });
});

describe('kill -9 at any instant', () => {
  it('leaves a whole file, and the next start leaves nothing else', async () => {
    const half: string[] = [];
    let reads = 0;
    let leftovers = 0;
    for (let round = 0; round < 30; round += 1) {
      const writer = spawn(process.execPath, [join(programs, 'rewrite-forever.mjs'), file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = once(writer, 'exit');
      await once(writer.stdout, 'data');
      const killAt = performance.now() + Math.random() * 60;
      while (performance.now() < killAt) {
        inspect(file);
        reads += 1;
        await sleep(0);
      }
      writer.kill('SIGKILL');
      await gone;
      inspect(file);
      inspect(`${file}.bak`);
      leftovers += (await removeLeftovers([file])).length;
      expect(readdirSync(folder).sort()).toEqual(['app.conf', 'app.conf.bak']);
    }
    expect(half).toEqual([]);
    // Else the test proves nothing: no write was cut off.
    expect(leftovers).toBeGreaterThan(0);
    expect(reads).toBeGreaterThan(30);

    function inspect(path: string): void {
      const text = readFileSync(path, 'utf8');
      const body = text.slice(0, text.lastIndexOf('end of '));
      if (!text.endsWith(`end of ${body.length}\n`)) half.push(text.slice(-50));
    }
  }, 90_000);
});

describe('many files in one folder', () => {
  it('leave no temporary file when they are written side by side', async () => {
    mkdirSync(join(folder, 'many'));
    const writers = Array.from({ length: 4 }, (_, at) =>
      spawn(process.execPath, [
        join(programs, 'write-file.mjs'),
        join(folder, 'many/app.conf'),
        `text of ${at}`,
      ]),
    );
    writeFileSync(join(folder, 'many/app.conf'), 'old');
    await Promise.all(writers.map((writer) => once(writer, 'exit')));
    expect(readFileSync(join(folder, 'many/app.conf'), 'utf8')).toMatch(/^text of [0-3]$/);
    expect(readdirSync(join(folder, 'many'))).toEqual(['app.conf']);
  });
});
