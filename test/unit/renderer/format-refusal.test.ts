import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeError } from '../../../src/core/errors.ts';
import { DryPublisher } from '../../../src/renderer/dry-publisher.ts';
import type { Publication, Published, Publisher } from '../../../src/renderer/publisher.ts';
import type { Target } from '../../../src/renderer/target.ts';
import { filePublisher, publishAll } from '../../support/file-publisher.ts';
import { makeTarget } from '../../support/targets.ts';

let folder: string;
let printed: string[];
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotmpl-format-'));
  printed = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const publisherOf = (kind: 'file' | 'dry'): Publisher => {
  const print = (text: string): void => void printed.push(text);
  return kind === 'dry' ? new DryPublisher({ print, color: 0 }) : filePublisher({ print });
};

const publication = (
  text: string,
  fields: Partial<Target> = {},
  more: Partial<Publication> = {},
): Publication => ({
  target: makeTarget({ label: 'out.json', destination: at('out.json'), format: 'json', ...fields }),
  text,
  secrets: new Set(),
  files: [],
  ...more,
});

const sentence = (published: Published | undefined): string =>
  published !== undefined && 'error' in published ? describeError(published.error) : '';

describe('a text that is not of its format', () => {
  it('holds its file, says where and what, and stages nothing', async () => {
    writeFileSync(at('out.json'), '{}');
    const [published] = await publishAll(publisherOf('file'), [
      publication('{\n  "a": 1\n  "b": 2\n}'),
    ]);
    expect(published).toMatchObject({ outcome: 'held', by: 'check', error: { code: 'check' } });
    expect(sentence(published)).toBe(
      'out.json would not be JSON: line 3, column 3: a comma or } is missing here, in "b": 2 (correct the template, or what it printed there)',
    );
    expect(readFileSync(at('out.json'), 'utf8')).toBe('{}');
    expect(readdirSync(folder)).toEqual(['out.json']);
  });

  it('leaves what would be written beside it unwritten, too', async () => {
    const files = [{ path: at('beside'), text: 'x', mode: 0o644, how: 'replace' as const }];
    const [published] = await publishAll(publisherOf('file'), [publication('[', {}, { files })]);
    expect(published?.outcome).toBe('held');
    expect(existsSync(at('beside'))).toBe(false);
  });

  it('keeps no other file of its batch', async () => {
    const other = publication('fine', { label: 'b', destination: at('b'), format: 'ini' });
    const published = await publishAll(publisherOf('file'), [publication('['), other]);
    expect(published.map(({ outcome }) => outcome)).toEqual(['held', 'written']);
  });

  it('is said without its line where the target is secret', async () => {
    const [published] = await publishAll(publisherOf('file'), [
      publication('{"password": hunter2}', { secret: true }),
    ]);
    expect(sentence(published)).toContain('line 1, column 14: a value is missing here (');
    expect(sentence(published)).not.toContain('hunter2');
  });

  it('is said without the secrets in its line', async () => {
    const [published] = await publishAll(publisherOf('file'), [
      publication('{"password": hunter2}', {}, { secrets: new Set(['hunter2']) }),
    ]);
    expect(sentence(published)).toContain('in {"password": ********}');
  });

  it('is shown around the place where it is long, and cannot drive a terminal', async () => {
    const long = `{"${'x'.repeat(500)}\u001b[2J": 1}`;
    const [published] = await publishAll(publisherOf('file'), [publication(long)]);
    expect(sentence(published)).toMatch(/, in …x{60}\\u001b\[2J": 1\} \(/);
  });

  it('is not printed where it would go to standard output', async () => {
    const target = makeTarget({ label: 'stdout (a)', format: 'json' });
    const [published] = await publishAll(publisherOf('file'), [{ ...publication('['), target }]);
    expect([published?.outcome, printed]).toEqual(['held', []]);
  });

  it('is refused, and not shown, by a run that only shows', async () => {
    const [published] = await publishAll(publisherOf('dry'), [publication('[')]);
    expect([published?.outcome, printed]).toEqual(['held', []]);
  });
});

it('writes a text that is of its format', async () => {
  const [published] = await publishAll(publisherOf('file'), [publication('{"a": 1}')]);
  expect(published?.outcome).toBe('written');
});
