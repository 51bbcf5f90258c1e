import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/wait-until.ts';
import { Chronicle } from './chronicle.ts';
import type { Fault, Victims } from './faults/fault.ts';
import { CheckedFiles } from './invariants/checked-files.ts';
import { leaksOf, leftFiles, restingHoldings } from './invariants/leaks.ts';
import { factsOf, Pairs } from './invariants/pairs.ts';
import { failureOf, SteadyRequests, type Answered } from './invariants/requests.ts';
import { isEmptierThanAllowed, upstreamsOf } from './invariants/upstreams.ts';
import { FileReader } from './invariants/whole-files.ts';
import { expectLogged } from './tour.ts';

/** Each looker must see what it looks for: what it calls broken here is what a run would end with. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotmpl-invariants-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a reader of sealed files', () => {
  const sealed = (body: string) =>
    `${body}# sealed ${createHash('sha256').update(body).digest('hex')}\n`;

  /** Puts texts in place one after the other, each at once and once the one before was seen; null removes the file. */
  async function whatIsSeen(texts: readonly (string | null)[]): Promise<string[]> {
    const path = join(folder, 'file');
    const seen: string[] = [];
    const reader = new FileReader([path], {
      onText: (_, text) => seen.push(`whole ${text.slice(0, 3)}`),
      onBroken: (_, what) => seen.push(`broken ${what}`),
    });
    for (const [at, text] of texts.entries()) {
      if (text === null) {
        rmSync(path);
      } else {
        writeFileSync(`${path}.new`, text);
        renameSync(`${path}.new`, path);
      }
      await waitUntil(() => seen.length > at, { what: 'the reader to see it' });
    }
    expect(await reader.stop()).toBeGreaterThan(0);
    return seen;
  }

  it('tells each new text once', async () => {
    const seen = await whatIsSeen([sealed('one\n'), sealed('two\n'), sealed('six\n')]);
    expect(seen).toEqual(['whole one', 'whole two', 'whole six']);
  });

  it.each([
    ['half a text', sealed('one\n').slice(0, 8)],
    ['a text without its last line', 'one\n'],
    ['a text with the end of another', sealed('one\n').replace('one', 'two')],
    ['an empty file', ''],
    ['a text that goes on after its end', `${sealed('one\n')}\n`],
  ])('sees %s', async (_, ruined) => {
    const seen = await whatIsSeen([sealed('one\n'), ruined]);
    expect(seen).toEqual(['whole one', expect.stringMatching(`^broken ${ruined.length} char`)]);
  });

  it('sees a file that is gone', async () => {
    const seen = await whatIsSeen([sealed('one\n'), null]);
    expect(seen).toEqual(['whole one', expect.stringMatching('^broken Error: ENOENT')]);
  });
});

describe('the emptiness of an upstream', () => {
  it('counts the servers of each upstream that nginx would ask', () => {
    const text = [
      'upstream sales {',
      '    zone sales 64k;',
      '    server 127.0.1.1:9001 max_fails=2 fail_timeout=1s;',
      '    server 127.0.1.1:9000;',
      '}',
      '    upstream customers {',
      '    server 127.0.0.1:65535 down;',
      '}',
    ].join('\n');
    expect([...upstreamsOf(text)]).toEqual([
      ['sales', ['127.0.1.1:9000', '127.0.1.1:9001']],
      ['customers', []],
    ]);
  });

  it.each([
    [6, 6, false],
    [3, 6, false],
    [2, 6, true],
    [2, 3, false],
    [1, 3, true],
    [0, 3, true],
    [0, 0, false],
  ])('calls %i of %i too few: %s', (found, truth, expected) => {
    expect(isEmptierThanAllowed(found, truth, 50)).toBe(expected);
  });
});

describe('the files of a group', () => {
  const config = (version: number) =>
    `upstream sales {\n server 127.0.1.1:9000;\n server 127.0.1.1:9001;\n}\n# version ${version}\n`;
  const json = (version: number, sales: readonly unknown[]) =>
    JSON.stringify({ version: String(version), sales, customers: [] });
  const sales = [
    ['sales-1', '127.0.1.1', 9001],
    ['sales-0', '127.0.1.1', 9000],
    ['hostile', '10.0.0.1; x', 80],
  ];

  it('tell the same facts in their own words', () => {
    const facts = factsOf('nginx.conf', config(7));
    expect(facts).toBe('version 7, sales 127.0.1.1:9000 127.0.1.1:9001, customers ');
    expect(factsOf('services.json', json(7, sales))).toBe(facts);
    expect(factsOf('services.json', json(8, sales))).not.toBe(facts);
    expect(factsOf('services.json', json(7, sales.slice(1)))).not.toBe(facts);
  });

  it('are broken where they differ for longer than a moment, unless nobody could mend it', () => {
    const pairs = new Pairs();
    pairs.see('a', '1', 0);
    pairs.see('b', '1', 10);
    expect(pairs.broken(20_000)).toBeUndefined();
    pairs.see('a', '2', 20_000);
    expect(pairs.broken(24_000)).toBeUndefined();
    pairs.excuse(24_000);
    expect(pairs.broken(28_000)).toBeUndefined();
    expect(pairs.broken(29_500)).toBe('a is of 2; b is of 1');
    pairs.see('b', '2', 29_600);
    expect(pairs.broken(60_000)).toBeUndefined();
  });
});

describe('what nginx runs on', () => {
  it('has passed once the check wrote so, and not before', () => {
    let log = 'passed aa\nfailed bb\n';
    const checked = new CheckedFiles(() => log);
    expect([checked.hasPassed('aa'), checked.hasPassed('bb'), checked.hasPassed('cc')]).toEqual([
      ...[true, false, false],
    ]);
    log += 'passed bb\n';
    expect(checked.hasPassed('bb')).toBe(true);
  });
});

describe('a request', () => {
  const answered: Answered = {
    ...{ path: '/sales/', sentAtMs: 100, overAtMs: 200, status: 200 },
    ...{ rendering: 'aa', error: undefined },
  };
  const never = () => false;

  it('fails by any status but 200, and by an error', () => {
    expect(failureOf(answered, never)).toBeUndefined();
    expect(failureOf({ ...answered, status: 502 }, never)).toBe('/sales/: 502 after 100 ms');
    const refused = { ...answered, status: 0, error: 'refused' };
    expect(failureOf(refused, never)).toBe('/sales/: refused after 100 ms');
  });

  it('is excused by a proxy that was killed meanwhile, and by no other', () => {
    const wasDown = (fromMs: number, untilMs: number) => fromMs <= 150 && 120 <= untilMs;
    const failed = { ...answered, status: 502 };
    expect(failureOf(failed, wasDown)).toBeUndefined();
    expect(failureOf({ ...failed, sentAtMs: 151 }, wasDown)).toBeDefined();
    expect(failureOf({ ...failed, overAtMs: 119 }, wasDown)).toBeDefined();
  });

  it('is told with its status, its rendering and its error', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/cut') response.socket?.destroy();
      else response.writeHead(503, { 'x-rendering': 'bb' }).end('away');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { readonly port: number };
    const answers: Answered[] = [];
    const requests = new SteadyRequests(`http://127.0.0.1:${port}`, ['/', '/cut'], (answer) =>
      answers.push(answer),
    );
    await waitUntil(() => answers.length >= 2, { what: 'two answers' });
    await requests.stop();
    server.close();
    expect(answers.slice(0, 2)).toMatchObject([
      { path: '/', status: 503, rendering: 'bb', error: undefined },
      { path: '/cut', status: 0, error: 'socket hang up' },
    ]);
  });
});

describe('a leak', () => {
  const fresh = { descriptors: 30, connections: 12, resources: 10, children: [], heap: 20e6 };

  it('is more than one who just began holds, and a little', () => {
    expect(leaksOf({ ...fresh, descriptors: 34, heap: 25e6 }, fresh)).toEqual([]);
    expect(leaksOf({ ...fresh, descriptors: 60 }, fresh)).toEqual([
      '60 descriptors, and no more than 36 are explained',
    ]);
    expect(leaksOf({ ...fresh, connections: 99 }, fresh)).toEqual([]);
    expect(leaksOf({ ...fresh, connections: 101 }, fresh)).toHaveLength(1);
    expect(leaksOf({ ...fresh, resources: 40 }, fresh)).toHaveLength(1);
    expect(leaksOf({ ...fresh, heap: 60e6 }, fresh)).toHaveLength(1);
    expect(leaksOf({ ...fresh, children: ['sh reload.sh'] }, fresh)).toEqual([
      'a child: sh reload.sh',
    ]);
  });

  it.each([
    ['no command that ends by itself', 2, []],
    ['a command that outlasts its time', Infinity, ['a child: sh reload.sh']],
  ])('is %s', async (_, looksUntilItEnds, leaks) => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      return { ...fresh, children: looks > looksUntilItEnds ? [] : ['sh reload.sh'] };
    };
    const withinMs = looksUntilItEnds === Infinity ? 50 : 30_000;
    expect(leaksOf(await restingHoldings(look, withinMs), fresh)).toEqual(leaks);
  });

  it('is a file on its way that stays', () => {
    expect(
      leftFiles(['nginx.conf', '.nginx.conf.autotmpl-good', '.nginx.conf.autotmpl-12-1']),
    ).toEqual(['.nginx.conf.autotmpl-12-1']);
  });
});

describe('the log', () => {
  async function brokenBy(
    log: Iterable<string>,
    calm: Promise<void> = Promise.resolve(),
  ): Promise<string | undefined> {
    const chronicle = new Chronicle(
      () => 0,
      () => undefined,
    );
    let told = 'there was no space yesterday';
    const fault: Fault = {
      ...{ name: 'disk full', lane: 'host', lastsMs: [0, 0], logged: /no space/ },
      begin: async () => {
        told += [...log].join('');
        return async () => undefined;
      },
    };
    const logging = { log: () => told, untilWell: () => calm, goOn: () => undefined, withinMs: 30 };
    await expectLogged([fault], 1, {} as Victims, chronicle, logging);
    return chronicle.broken?.saw;
  }

  it('must name each trouble after it was made', async () => {
    expect(await brokenBy(['no space again'])).toBeUndefined();
    expect(await brokenBy(['all is well'])).toBe('nothing about: disk full (/no space/)');
  });

  it('is looked at for a trouble when nothing is left of the one before', async () => {
    let isWell = (): void => undefined;
    const calm = new Promise<void>((resolve) => (isWell = resolve));
    const begun: string[] = [];
    const looked = brokenBy(
      {
        [Symbol.iterator]: function* () {
          begun.push('begun');
          yield 'no space again';
        },
      },
      calm,
    );
    expect(begun).toEqual([]);
    isWell();
    expect(await looked).toBeUndefined();
    expect(begun).toEqual(['begun']);
  });
});
