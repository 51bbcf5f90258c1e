import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/catalog/catalog.ts';
import type { Query } from '../../../src/catalog/query.ts';
import { createPlayedCatalog } from '../../../src/recording/played-catalog.ts';
import { readRecording, type Recording } from '../../../src/recording/read-recording.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'autotmpl-recording-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function recordingOf(text: string): Promise<Recording> {
  const path = join(folder, 'r.yaml');
  writeFileSync(path, text);
  return readRecording(path);
}

describe('a recording', () => {
  it('is read with its times, in their order', async () => {
    const { startedMs, changes } = await recordingOf(`recording: {started: 2026-01-31T12:00:00Z}
changes:
  - {after: 1m1.5s, held: {key(a): away}}
  - {after: 10ms, answers: {key(a): null, services(): []}}
`);
    expect(startedMs).toBe(Date.UTC(2026, 0, 31, 12));
    expect(changes.map(({ afterMs }) => afterMs)).toEqual([10, 61_500]);
    expect([...(changes[0]?.answers ?? [])]).toEqual([
      ['key(a)', null],
      ['services()', []],
    ]);
    expect(changes[1]?.held).toMatchObject({ 'key(a)': 'away' });
  });

  it('is any catalog document: one of which nothing changes', async () => {
    const { changes, startedMs } = await recordingOf('keys: {a: "1"}');
    expect([changes, startedMs]).toEqual([[], undefined]);
  });

  it.each([
    ['changes: [{answers: {}}]', ':1:11: a change must say after'],
    ['changes: [{after: soon}]', ':1:19: a change: after must be a duration such as "1.5s"'],
    ['changes: [{aftr: 1s}]', ':1:12: a change has no field "aftr" (did you mean after?'],
    ['recording: {started: noon}', ':1:12: recording: started must be a time'],
    ['changes: [{after: 1s, catalog: {keis: {}}}]', ':1:33: the catalog has no field "keis"'],
    ['keis: {}', ':1:1: the catalog has no field "keis"'],
  ])('is refused with its place: %s', async (text, message) => {
    await expect(recordingOf(text)).rejects.toThrow(message);
  });

  it('that is not there is said to be', async () => {
    await expect(readRecording(join(folder, 'none'))).rejects.toThrow('there is no such file');
  });
});

const TEXT = `keys: {a: "0"}
changes:
  - {after: 1s, answers: {key(a): {Value: "1"}, key(late): {Value: l}}}
  - {after: 2s, held: {key(a): away}}
  - {after: 4s, answers: {key(a): {Value: "2"}}}
`;

describe('a recording as a catalog', () => {
  /** What is answered so far: the value, or why there is none. */
  async function follow(
    query: Query,
    clock: ManualClock,
    controller: AbortController,
    text = TEXT,
  ) {
    const catalog = createPlayedCatalog(await recordingOf(text), 0, clock);
    const said: (readonly [number, unknown])[] = [];
    const ended = (async () => {
      for await (const answer of catalog.watch(query, controller.signal)) {
        said.push([clock.now(), shown(answer)]);
      }
    })();
    return { said, ended };
  }

  function shown(answer: Answer): unknown {
    const value = (answer.value as { readonly Value: string } | null | undefined)?.Value;
    return answer.state === 'fresh' ? value : [answer.state, value, answer.reason.message];
  }

  it('answers what was answered, when it was, and is in the same trouble', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const { said, ended } = await follow({ kind: 'key', path: 'a' }, clock, controller);
    await clock.advance(10_000);
    expect(said).toEqual([
      [0, '0'],
      [1000, '1'],
      [2000, ['held', '1', 'away']],
      [4000, '2'],
    ]);
    controller.abort();
    await ended;
    expect(clock.pending).toBe(0);
  });

  it('tells who asks later what there is by then', async () => {
    const clock = new ManualClock();
    await clock.advance(3000);
    const controller = new AbortController();
    const { said, ended } = await follow({ kind: 'key', path: 'a' }, clock, controller);
    await clock.advance(0);
    expect(said).toEqual([[3000, ['held', '1', 'away']]]);
    controller.abort();
    await ended;
    expect(clock.pending).toBe(0);
  });

  it('may change in the words of a document, of which what is not said stays as it was', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const { said, ended } = await follow(
      { kind: 'key', path: 'a' },
      clock,
      controller,
      `keys: {a: "0", b: "0"}
changes:
  - {after: 1s, answers: {key(a): {Value: "1"}}}
  - {after: 2s, catalog: {keys: {b: "2"}}}
  - {after: 3s, catalog: {keys: {a: "3"}}}
`,
    );
    await clock.advance(10_000);
    expect(said).toEqual([
      [0, '0'],
      [1000, '1'],
      [3000, '3'],
    ]);
    controller.abort();
    await ended;
  });

  it('refuses a query that nobody asked and no document can answer', async () => {
    const query: Query = { kind: 'vaultList', path: 'x' };
    const { ended } = await follow(query, new ManualClock(), new AbortController());
    await expect(ended).rejects.toThrow('the recording has no answer to vaultList(x)');
  });
});
