import { beforeEach, describe, expect, it } from 'vitest';

import { FilesWatch } from '../../../src/supervisor/files-watch.ts';
import type { FilesWatchSettings } from '../../../src/supervisor/settings.ts';

describe('a watch of files', () => {
  let facts: string[];
  let isReady: boolean;
  let isNews: boolean;

  const make = (files: FilesWatchSettings['files']): FilesWatch =>
    new FilesWatch({
      settings: { name: 'files', place: 'a.yaml:1:1', files, fingerprint: '' },
      announce: ({ source, code }) => facts.push(`${source} ${code}`),
      isReady: () => isReady,
      isNews: () => isNews,
      onChange: () => facts.push('reacts'),
    });

  beforeEach(() => {
    facts = [];
    isReady = true;
    isNews = true;
  });

  it('reacts once to all files of a batch, and then says that they changed', () => {
    make('any').written(['a', 'b']);
    expect(facts).toEqual(['reacts', 'watch.files changed']);
  });

  it('looks only at the files that it names', () => {
    const watch = make(['b', 'c']);
    watch.written(['a']);
    expect(facts).toEqual([]);
    watch.written(['a', 'b']);
    expect(facts).toEqual(['reacts', 'watch.files changed']);
  });

  it('says nothing of the first rendering', () => {
    isReady = false;
    isNews = false;
    make('any').written(['a']);
    expect(facts).toEqual([]);
  });

  it('does not tell whoever has yet to begin, and will find the files as they are', () => {
    isNews = false;
    make('any').written(['a']);
    expect(facts).toEqual(['watch.files changed']);
  });
});
