import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCaseFiles } from '../../../src/trial/find-case-files.ts';
import { CaseFolder } from './case-files.ts';

describe('case files', () => {
  let folder: CaseFolder;
  beforeEach(() => {
    folder = new CaseFolder();
    for (const name of [
      ...['b/x.test.yml', 'b/x.njk', 'a/deep/y.test.yaml', 'z.test.yaml', 'b/x.yaml'],
      ...['node_modules/p/n.test.yaml', '.git/h.test.yaml', 'b/node_modules/m.test.yaml'],
    ]) {
      folder.write(name, '');
    }
    symlinkSync(folder.path, join(folder.path, 'b/loop'));
  });
  afterEach(() => folder.close());

  const names = async (...places: string[]) =>
    (await findCaseFiles(places, folder.path)).map(({ name }) => name);

  it('are found below a folder by their names, but not in node_modules, dot folders and links', async () => {
    expect(await names('.')).toEqual(['a/deep/y.test.yaml', 'b/x.test.yml', 'z.test.yaml']);
  });

  it('are taken in the order in which they are named, each once, and files whatever they are called', async () => {
    expect(await names('b/x.yaml', 'b', './b')).toEqual(['b/x.yaml', 'b/x.test.yml']);
  });

  it('are missed where somebody names a place that is not there', async () => {
    await expect(names('none')).rejects.toThrow('none: there is no such file or folder');
  });
});
