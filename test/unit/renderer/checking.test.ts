import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeError } from '../../../src/core/errors.ts';
import type { CommandLine } from '../../../src/process/command-line.ts';
import type { OwnWrites } from '../../../src/renderer/drift/own-writes.ts';
import type { FilePublisher } from '../../../src/renderer/file-publisher.ts';
import type { Publication, Published } from '../../../src/renderer/publisher.ts';
import { runCheck } from '../../../src/renderer/run-check.ts';
import type { Target } from '../../../src/renderer/target.ts';
import { filePublisher, NEVER, publishAll } from '../../support/file-publisher.ts';
import { makeTarget } from '../../support/targets.ts';
import { waitUntil } from '../../support/wait-until.ts';

let folder: string;
let publisher: FilePublisher;
let target: Target;
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotmpl check-'));
  mkdirSync(at('out'));
  publisher = filePublisher();
});
afterEach(() => {
  expect(readdirSync(at('out')).filter((name) => name.includes('autotmpl'))).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

function checked(command: CommandLine, fields: Partial<Target> = {}, timeoutMs = 10_000): void {
  target = makeTarget({
    label: 'a.conf',
    destination: at('out/a.conf'),
    check: { command, timeoutMs },
    ...fields,
  });
}

async function publish(
  text: string,
  more: Partial<Publication> = {},
  signal = NEVER,
): Promise<Published> {
  const batch = [{ target, text, secrets: new Set<string>(), files: [], ...more }];
  const [published] = await publishAll(publisher, batch, signal);
  return published as Published;
}

const sentence = (published: Published): string =>
  'error' in published ? describeError(published.error) : published.outcome;

/** How often the check ran that writes a line into `runs` each time. */
const runs = (): number => (existsSync(at('runs')) ? read('runs').split('\n').length - 1 : 0);

describe('a check', () => {
  it('sees the staged file, with its text and mode, before the file is replaced', async () => {
    writeFileSync(at('out/a.conf'), 'old');
    checked(
      `cat {{ staged }} out/a.conf > seen; stat -c %a {{ staged }} >> seen`
        .replaceAll('out/', `'${folder}/out/'`)
        .replaceAll('seen', `'${folder}/seen'`),
      {
        file: { mode: 0o640, createDirs: true, backup: false, symlink: 'refuse', write: 'rename' },
      },
    );
    expect((await publish('new')).outcome).toBe('written');
    expect(read('seen')).toBe('newold640\n');
    expect(read('out/a.conf')).toBe('new');
  });

  it('is told by its environment what it looks at, and gets no credentials', async () => {
    publisher = filePublisher({
      runCheck: (request, signal) =>
        runCheck(
          request,
          { environment: { ...process.env, CONSUL_HTTP_TOKEN: 'hush', OTHER: 'x' }, insist: NEVER },
          signal,
        ),
    });
    checked(['sh', '-c', `env > '${at('env')}'; test -f "$AUTOTMPL_STAGED"`]);
    expect((await publish('new')).outcome).toBe('written');
    const env = read('env');
    const staged = /^AUTOTMPL_STAGED=(.*)$/m.exec(env)?.[1];
    expect(staged).toMatch(/out\/\.a\.conf\.autotmpl-\d+-[0-9a-f]{12}$/);
    expect(env).toContain(`AUTOTMPL_DESTINATION=${at('out/a.conf')}\n`);
    expect(env).toContain(`AUTOTMPL_STAGED_FILES=${at('out/a.conf')}\t${staged}\n`);
    expect(env).toContain('OTHER=x');
    expect(env).not.toContain('hush');
  });

  it('that fails holds the file, and says why with what it printed, under the name of the file', async () => {
    writeFileSync(at('out/a.conf'), 'old');
    checked('echo "bad line 3 in {{ staged }}" >&2; echo more; exit 4');
    const published = await publish('new');
    expect(published).toMatchObject({ outcome: 'held', by: 'check', error: { code: 'check' } });
    expect(sentence(published)).toContain('the check of a.conf failed: The command "echo');
    expect(sentence(published)).toContain('ended with exit code 4; it printed: ');
    expect(sentence(published)).toContain(`bad line 3 in ${at('out/a.conf')}`);
    expect(sentence(published)).toContain('more');
    expect(read('out/a.conf')).toBe('old');
  });

  it('has the secrets masked in what it printed, and is cut', async () => {
    checked('seq 100 | sed "s/^/$(printf %0300d 0)/"; cat {{ staged }}; exit 1');
    const published = await publish('password: hunter2', { secrets: new Set(['hunter2']) });
    expect(sentence(published)).not.toContain('hunter2');
    expect(sentence(published)).toMatch(/password: \*{8}$/);
    expect(sentence(published).length).toBeLessThan(2400);
  });

  it('of a secret file has nothing shown of what it printed', async () => {
    checked('cat {{ staged }}; exit 1', { secret: true });
    expect(sentence(await publish('hunter2'))).toMatch(
      /exit code 1; what it printed is not shown, since a\.conf is secret$/,
    );
  });

  it('is not made twice for the same text, but for the next one, and when somebody asks', async () => {
    checked(`echo x >> '${at('runs')}'; ! grep bad {{ staged }}`);
    const first = await publish('bad');
    expect(await publish('bad')).toBe(first);
    expect(runs()).toBe(1);
    await publish('bad', { anew: true });
    expect(runs()).toBe(2);
    await publish('bad again');
    expect(runs()).toBe(3);
    expect((await publish('good')).outcome).toBe('written');
    expect(runs()).toBe(4);
  });

  it('is not made where the file is right already', async () => {
    writeFileSync(at('out/a.conf'), 'same');
    checked(`echo x >> '${at('runs')}'`);
    expect((await publish('same')).outcome).toBe('unchanged');
    expect(runs()).toBe(0);
  });

  it('that hangs is ended with its children when its time is up, said nothing of the text, and is worth another try', async () => {
    checked(`echo x >> '${at('runs')}'; sleep 300 & sleep 300`, {}, 300);
    const published = await publish('new');
    expect(published).toMatchObject({ outcome: 'held', by: 'check', again: true });
    expect(sentence(published)).toMatch(/ran longer than 300ms and was killed$/);
    await publish('new');
    expect(runs()).toBe(2);
    expect(existsSync(at('out/a.conf'))).toBe(false);
  });

  it('that cannot be started says so, and is worth another try', async () => {
    checked(['/no/such/program', '{{ staged }}']);
    const published = await publish('new');
    expect(published).toMatchObject({ outcome: 'held', again: true });
    expect(sentence(published)).toContain('could not be started');
  });

  it('ends promptly where the run is told to stop, and leaves the old file', async () => {
    writeFileSync(at('out/a.conf'), 'old');
    checked(`echo x >> '${at('runs')}'; exec sleep 300`);
    const stop = new AbortController();
    const publishing = publish('new', {}, stop.signal);
    await waitUntil(() => runs() === 1, { what: 'the check under way' });
    const before = performance.now();
    stop.abort();
    expect(await publishing).toEqual({ outcome: 'stopped' });
    expect(performance.now() - before).toBeLessThan(60_000);
    expect(read('out/a.conf')).toBe('old');
  });

  it('keeps nobody from looking after files, or putting one back, while it runs', async () => {
    const noted: string[] = [];
    let turns: Promise<unknown> = Promise.resolve();
    const ownWrites: OwnWrites = {
      inTurn: async (work) => {
        const turn = turns.then(work);
        turns = turn.catch(() => undefined);
        return turn;
      },
      note: (_, text) => void noted.push(text),
    };
    publisher = filePublisher({ ownWrites });
    checked(`touch '${at('started')}'; until [ -e '${at('go')}' ]; do sleep 0.01; done`);
    const publishing = publish('new');
    await waitUntil(() => existsSync(at('started')), { what: 'the check under way' });
    await ownWrites.inTurn(async () => writeFileSync(at('go'), ''));
    expect(noted).toEqual([]);
    expect((await publishing).outcome).toBe('written');
    expect(noted).toEqual(['new']);
  });

  it('keeps no other file of its batch, and waits for no other check', async () => {
    const meet = `touch '${folder}'/met-$0; i=0; until [ -e '${folder}'/met-$1 ]; do i=$((i+1)); [ $i -lt 500 ] || exit 1; sleep 0.01; done`;
    const targets = ['one', 'two'].map((label, index) =>
      makeTarget({
        label,
        destination: at(`out/${label}`),
        check: {
          command: ['sh', '-c', meet, label, index === 0 ? 'two' : 'one'],
          timeoutMs: 10_000,
        },
      }),
    );
    checked('exit 1');
    const batch = [target, ...targets].map((one) => ({
      ...{ target: one, text: 'x', secrets: new Set<string>(), files: [] },
    }));
    const published = await publishAll(publisher, batch);
    expect(published.map(({ outcome }) => outcome)).toEqual(['held', 'written', 'written']);
  });

  it('has what it removed or changed not put in place, and says so', async () => {
    writeFileSync(at('out/a.conf'), 'old');
    const done: string[] = [];
    for (const check of ['rm {{ staged }}', 'echo x >> {{ staged }}', 'ln -sf / {{ staged }}']) {
      checked(check);
      done.push(sentence(await publish('new')).replace(/ \(.*/, ''));
      expect(readdirSync(at('out'))).toEqual(['a.conf']);
    }
    expect(read('out/a.conf')).toBe('old');
    expect(done).toEqual([
      'the new text of a.conf was removed by a check',
      'the new text of a.conf was changed by a check',
      'the new text of a.conf was changed by a check',
    ]);
  });

  it('is made anew where only what is written beside the file differs, from before or from what it refused', async () => {
    writeFileSync(at('out/a.conf'), 'same');
    checked('grep -q good "$(printf %s "$AUTOTMPL_STAGED_FILES" | grep /beside | cut -f 2)"');
    const beside = (text: string) => ({
      files: [{ path: at('out/beside'), text, mode: 0o644, how: 'replace' as const }],
    });
    expect((await publish('same', beside('bad'))).outcome).toBe('held');
    expect((await publish('same', beside('good'))).outcome).toBe('written');
    expect(read('out/beside')).toBe('good');
    expect((await publish('same', beside('bad'))).outcome).toBe('held');
    expect(read('out/beside')).toBe('good');
  });

  it('leaves what would be written beside it unwritten where it fails', async () => {
    checked('exit 1');
    const files = [{ path: at('out/beside'), text: 'x', mode: 0o644, how: 'replace' as const }];
    expect((await publish('new', { files })).outcome).toBe('held');
    expect(existsSync(at('out/beside'))).toBe(false);
  });
});

describe('a check of a file that is written in place', () => {
  const inPlace = {
    file: { createDirs: true, backup: false, symlink: 'refuse', write: 'inPlace' },
  } as const;

  it('sees the text in a file beside it', async () => {
    writeFileSync(at('out/a.conf'), 'old');
    const { ino } = statSync(at('out/a.conf'));
    checked('grep -q good {{ staged }}', inPlace);
    expect((await publish('bad')).outcome).toBe('held');
    expect(read('out/a.conf')).toBe('old');
    expect((await publish('good')).outcome).toBe('written');
    expect(read('out/a.conf')).toBe('good');
    expect(statSync(at('out/a.conf')).ino).toBe(ino);
  });
});
