import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CaseResult } from '../../../src/trial/case-result.ts';
import { reportJunit } from '../../../src/trial/report-junit.ts';
import { reportTap } from '../../../src/trial/report-tap.ts';
import { reportText } from '../../../src/trial/report-text.ts';

const PLACE = { file: 'a.test.yaml', line: 3, column: 5 };
/** Everything that a format may stumble over. */
const HOSTILE = `<&>"'# \\ ]]> \u001b[31m\u0000\r\n\t\ufffe\ud800 ☃`;

const PASSED: CaseResult = {
  ...{ file: 'a.test.yaml', name: 'passes', place: PLACE, complaints: [], updated: false },
  durationMs: 12,
};
const FAILED: CaseResult = {
  ...PASSED,
  name: HOSTILE,
  complaints: [
    { place: PLACE, message: HOSTILE, detail: `--- x\n+${HOSTILE}\n` },
    { place: PLACE, message: 'second' },
  ],
};
const RESULTS = [PASSED, FAILED, { ...PASSED, file: HOSTILE, name: 'other' }];

describe('the report for people', () => {
  it('has a line a case, what is wrong below it, and the sum', () => {
    const failed = {
      ...FAILED,
      name: 'fails',
      complaints: [{ place: PLACE, message: 'why', detail: '-a\n+b\n' }],
    };
    expect(reportText([PASSED, failed, { ...PASSED, file: 'b.test.yaml', updated: true }])).toBe(
      `a.test.yaml
  ok    passes
  FAIL  fails
        a.test.yaml:3:5: why
        -a
        +b

b.test.yaml
  new   passes

3 cases: 2 passed, 1 failed, 1 with a new expected text
`,
    );
  });
});

describe('the TAP report', () => {
  it('is read back as it was meant, whatever is in it', () => {
    const lines = reportTap(RESULTS).split('\n');
    expect(lines.slice(0, 2)).toEqual(['TAP version 14', '1..3']);
    const points = lines.filter((line) => /^(?:not )?ok /.test(line));
    expect(points.map((line) => /^((?:not )?ok \d+ - )/.exec(line)?.[1])).toEqual([
      ...['ok 1 - ', 'not ok 2 - ', 'ok 3 - '],
    ]);
    for (const point of points) expect(point).not.toMatch(/(?<!\\)#|[\x00-\x1f]/);
    const begin = lines.indexOf('  ---');
    const block = lines.slice(begin + 1, lines.indexOf('  ...')).join('\n');
    expect(parse(block)).toMatchObject({
      ...{ severity: 'fail', at: PLACE },
      complaints: [{ message: HOSTILE, detail: `--- x\n+${HOSTILE}\n` }, { message: 'second' }],
    });
  });
});

describe('the JUnit report', () => {
  it('is XML, whatever is in it, and tells the same', () => {
    const found = elements(reportJunit(RESULTS));
    const named = (name: string) => found.filter((one) => one.name === name);
    expect(named('testsuites')[0]?.attributes).toMatchObject({ tests: '3', failures: '1' });
    expect(named('testsuite').map(({ attributes }) => attributes.tests)).toEqual(['2', '1']);
    expect(named('testcase').map(({ attributes }) => attributes.line)).toEqual(['3', '3', '3']);
    const shown = HOSTILE.replace('\u001b', '\\u001b')
      .replace('\u0000', '\\u0000')
      .replace('\ufffe', '\\ufffe')
      .replace('\ud800', '\ufffd');
    expect(named('testcase')[1]?.attributes.name).toBe(shown);
    expect(named('failure').map(({ attributes }) => attributes.message)).toEqual([
      ...[shown, 'second'],
    ]);
    expect(named('failure')[0]?.text).toContain(`a.test.yaml:3:5: ${shown}\n--- x\n+${shown}`);
  });
});

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** Reads the little XML that a report is made of, and nothing that is not well-formed. */
function elements(xml: string): Element[] {
  expect(xml).not.toMatch(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const rest = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const found: Element[] = [];
  const open: Element[] = [];
  const token = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<>]+)/y;
  for (let at = 0; at < rest.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(rest);
    if (match === null) throw new Error(`no XML: ${rest.slice(at, at + 60)}`);
    const [, closing, name = '', attributes = '', empty, text] = match;
    const parent = open.at(-1);
    if (text !== undefined) {
      if (parent !== undefined) parent.text += unescape(text);
    } else if (closing === '/') expect(open.pop()?.name).toBe(name);
    else {
      const pairs = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)];
      const element: Element = {
        ...{ name, text: '' },
        attributes: Object.fromEntries(
          pairs.map(([, key = '', value = '']) => [key, unescape(value)]),
        ),
      };
      found.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  expect(open).toEqual([]);
  return found;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));|&/g, (all, code?: string, name?: string) => {
    if (code !== undefined) return String.fromCharCode(Number(code));
    const character = ENTITIES[name ?? ''];
    if (character === undefined) throw new Error(`no entity: ${all}`);
    return character;
  });
}
