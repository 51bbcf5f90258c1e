import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { patientCalls, promptCalls } from '../../../src/output/file-calls.ts';
import { PromptFolders } from '../../../src/output/prompt-folders.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** Where Linux keeps what is in memory only. */
const IN_MEMORY = '/dev/shm';
const hasMemory = await statfs(IN_MEMORY).then(
  ({ type }) => type === 0x01021994,
  () => false,
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(hasMemory ? IN_MEMORY : tmpdir(), 'prompt-folders-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it.runIf(hasMemory)('answers are not waited for where a file system is local', async () => {
  const folders = new PromptFolders();
  await folders.learn([join(folder, 'app.conf')]);
  expect(folders.callsFor(join(folder, 'other.conf'))).toBe(promptCalls);
});

it('answers are waited for patiently on every other file system, however often it is used', async () => {
  const folders = new PromptFolders();
  await folders.learn(['/proc/self/status']);
  expect(folders.callsFor('/proc/self/status')).toBe(patientCalls);
  expect(folders.callsFor('/proc/self/status')).toBe(patientCalls);
});

it.runIf(hasMemory)('a folder that came later is known once it was used', async () => {
  const folders = new PromptFolders();
  const file = join(folder, 'later/app.conf');
  await folders.learn([file]);
  expect(folders.callsFor(file)).toBe(patientCalls);
  await mkdir(join(folder, 'later'));
  await waitUntil(() => folders.callsFor(file) === promptCalls, { what: 'its folder to be known' });
});
