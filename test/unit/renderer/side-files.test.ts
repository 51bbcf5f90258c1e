import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/core/time.ts';
import { OwedMarkers } from '../../../src/output/owed-markers.ts';
import { compileTargets } from '../../../src/renderer/compile-targets.ts';
import { DryPublisher } from '../../../src/renderer/dry-publisher.ts';
import type { Published, Publisher } from '../../../src/renderer/publisher.ts';
import type { Target } from '../../../src/renderer/target.ts';
import { createNunjucksEngine } from '../../../src/template/nunjucks/engine.ts';
import { filePublisher, publishAll } from '../../support/file-publisher.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { makeTarget } from '../../support/targets.ts';

describe('what writeToFile writes', () => {
  let folder: string;
  let publisher: Publisher;
  let target: Target;
  const at = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(at(name), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'side-files-'));
    target = makeTarget({ label: 'out', destination: at('out'), command: 'reload' });
    publisher = filePublisher({
      print: () => undefined,
      markers: new OwedMarkers(),
      logger: recordingLogger(),
    });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function publish(contents: string, by = publisher): Promise<Published> {
    const engine = createNunjucksEngine({ searchPath: [], environment: {}, clock: systemClock });
    const [compiled] = compileTargets(
      [{ ...target, source: { contents, name: 't.njk', folder } }],
      () => engine,
    );
    const rendering = compiled!.template.render(() => undefined);
    if (rendering.text === undefined) throw rendering.error ?? new Error('no text');
    const { text, secrets, files } = rendering;
    const [published] = await publishAll(by, [{ target, text, secrets, files }]);
    return published!;
  }

  const write = (flags: string, text = 'after', name = 'beside', mode = '0644') =>
    `{{ writeToFile("${name}", "", "", "${mode}", ${flags === '' ? '' : `"${flags}", `}"${text}") }}x`;

  it.each(['keep', 'rollback'] as const)(
    'has what was kept of it for a rollback beside it only where there is one (%s)',
    async (onFailure) => {
      target = { ...target, onFailure };
      writeFileSync(at('.beside.autotmpl-good'), 'long ago');
      await publish(write(''));
      expect(existsSync(at('.beside.autotmpl-good'))).toBe(onFailure === 'rollback');
    },
  );

  it.each([
    ['', 'after'],
    ['append', 'beforeafter'],
    ['newline', 'after\n'],
    ['append,newline', 'beforeafter\n'],
  ])('is, with the flags "%s", %j', async (flags, expected) => {
    writeFileSync(at('beside'), 'before');
    expect(await publish(write(flags))).toEqual({
      outcome: 'written',
      files: ['out', at('beside')],
    });
    expect(read('beside')).toBe(expected);
    expect(read('out')).toBe('x');
  });

  it('is made with its folders and mode, and leaves nothing beside it', async () => {
    await publish(write('', 'new', 'a/b/beside', '0600'));
    expect(read('a/b/beside')).toBe('new');
    expect(statSync(at('a/b/beside')).mode & 0o777).toBe(0o600);
    expect(readdirSync(at('a/b'))).toEqual(['beside']);
  });

  it('is a change of the target, and none where it is there already', async () => {
    await publish(write(''));
    expect(await publish(write(''))).toEqual({ outcome: 'unchanged', commandOwed: false });
    expect(await publish(write('', 'other'))).toEqual({
      outcome: 'written',
      files: [at('beside')],
    });
    expect(read('beside')).toBe('other');
  });

  it('takes a mode that differs, and leaves the text alone', async () => {
    await publish(write(''));
    await publish(write('', 'after', 'beside', '0600'));
    expect(statSync(at('beside')).mode & 0o777).toBe(0o600);
  });

  it('is put together from all calls, and appended once', async () => {
    writeFileSync(at('log'), 'old\n');
    const lines =
      '{% for l in ["a", "b"] %}{{ writeToFile("log", "", "", "0644", "append,newline", l) }}{% endfor %}';
    await publish(lines);
    await publish(lines);
    expect(read('log')).toBe('old\na\nb\n');
    writeFileSync(at('log'), 'old\na\nb\nanother program\n');
    await publish(lines);
    expect(read('log')).toBe('old\na\nb\nanother program\n');
  });

  it('is not appended again by the next run', async () => {
    writeFileSync(at('beside'), 'before');
    await publish(write('append'));
    const next = filePublisher({
      print: () => undefined,
      markers: new OwedMarkers(),
      logger: recordingLogger(),
    });
    await publish(write('append'), next);
    expect(read('beside')).toBe('beforeafter');
  });

  it('never goes through a symbolic link, as a file or as a folder', async () => {
    writeFileSync(at('victim'), 'intact');
    mkdirSync(at('real'));
    symlinkSync(at('victim'), at('link'));
    symlinkSync(at('real'), at('folder'));
    const file = await publish(write('', 'evil', 'link'));
    const inFolder = await publish(write('', 'evil', 'folder/file'));
    expect(file.outcome === 'failed' && file.error.message).toContain('symbolic link');
    expect(inFolder.outcome === 'failed' && inFolder.error.message).toContain(
      'its folder is a symbolic link',
    );
    expect(read('victim')).toBe('intact');
    expect(readdirSync(at('real'))).toEqual([]);
    expect(existsSync(at('out'))).toBe(false);
  });

  it('is shown as a diff by -dry, and not written', async () => {
    const printed: string[] = [];
    const dry = new DryPublisher({ print: (text) => printed.push(text), color: 0 });
    writeFileSync(at('out'), 'x');
    writeFileSync(at('beside'), 'before\n');
    expect(await publish(write('append,newline'), dry)).toEqual({ outcome: 'shown' });
    expect(printed.join('')).toContain(`+++ ${at('beside')}`);
    expect(printed.join('')).toContain('+after');
    expect(printed.at(-1)).toBe('would run: reload\n');
    expect(read('beside')).toBe('before\n');
  });

  it.each([
    ['{{ writeToFile("", "", "", "0644", "x") }}', /path is empty/],
    ['{{ writeToFile("f", "", "", "rw", "x") }}', /permissions must be an octal mode/],
    ['{{ writeToFile("f", "", "", "0644", "appnd", "x") }}', /flags has an unknown word/],
  ])('%s fails', async (template, message) => {
    await expect(publish(template)).rejects.toThrow(message);
  });
});
