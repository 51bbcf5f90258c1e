import { createHook } from 'node:async_hooks';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { promptCalls } from '../../../src/output/file-calls.ts';
import { PromptFolders } from '../../../src/output/prompt-folders.ts';
import type { Publication } from '../../../src/renderer/publisher.ts';
import { filePublisher, publishAll } from '../../support/file-publisher.ts';
import { makeTarget } from '../../support/targets.ts';

let folder: string;
let destination: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotmpl-staging-'));
  destination = join(folder, 'app.conf');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const isPrompt = await (async () => {
  const folders = new PromptFolders();
  await folders.learn([join(tmpdir(), 'app.conf')]);
  return folders.callsFor(join(tmpdir(), 'app.conf')) === promptCalls;
})();

it.runIf(isPrompt)(
  'waits for the disk once before a file that changed is seen, and once to have it last',
  async () => {
    const target = makeTarget({ label: 'app.conf', destination });
    const publicationOf = (text: string): Publication => ({
      ...{ target, text, secrets: new Set(), files: [] },
    });
    const publisher = filePublisher();
    await publisher.open([target]);
    await publishAll(publisher, [publicationOf('old')]);

    const waits = { before: 0, after: 0 };
    const hook = createHook({
      init(_id, type) {
        // A request to Node's file threads.
        if (!type.startsWith('FSREQ')) return;
        waits[readFileSync(destination, 'utf8') === 'old' ? 'before' : 'after'] += 1;
      },
    }).enable();
    const [published] = await publishAll(publisher, [publicationOf('new')]).finally(() =>
      hook.disable(),
    );
    expect(published?.outcome).toBe('written');
    expect(readFileSync(destination, 'utf8')).toBe('new');
    expect(waits).toEqual({ before: 1, after: 1 });
  },
);
