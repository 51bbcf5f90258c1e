import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FolderArrivals } from '../../../bench/arrivals.ts';
import { autotmpl } from '../../../bench/contender.ts';
import { ScaleFacts } from '../../../bench/scale/facts.ts';
import { readReport } from '../../../bench/statsite.ts';

describe('the facts of very many files', () => {
  it('are ten keys and a service for each template, each asked for once', () => {
    const facts = new ScaleFacts(95);
    expect(facts).toMatchObject({ keys: 100, services: 10, templates: 10 });
    expect(new Set(facts.paths()).size).toBe(110);
    const sources = facts.sources(autotmpl('/'));
    expect(sources).toHaveLength(10);
    expect(sources[3]?.match(/key\(/g)).toHaveLength(10);
    expect(sources[3]).toContain('service("app-3")');
    expect(new Set(sources.join('\n').match(/bench\/app-\d+\/setting-\d+/g)).size).toBe(100);
  });

  it('change all over, each before one comes again, every eleventh time a service', () => {
    const facts = new ScaleFacts(1000);
    const changes = Array.from({ length: 110 }, () => facts.nextChange());
    const services = changes.filter(({ operation }) => 'Service' in operation);
    expect(services).toHaveLength(10);
    expect(services.every(({ words }) => /^:\d+\n$/.test(words))).toBe(true);
    expect(new Set(changes.map(({ operation }) => JSON.stringify(operation))).size).toBe(110);
    // No value is taken for another, nor for a part of it.
    const words = changes.map((change) => change.words);
    expect(words.every((one) => words.filter((other) => other.includes(one)).length === 1)).toBe(
      true,
    );
    expect(new Set(changes.map(({ template }) => template)).size).toBeGreaterThan(60);
  });
});

describe('arrivals in a folder', () => {
  let folder: string;
  let arrivals: FolderArrivals;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-arrivals-'));
    arrivals = new FolderArrivals(folder);
  });
  afterEach(() => {
    arrivals.close();
    rmSync(folder, { recursive: true });
  });

  const replace = (name: string, text: string) => {
    writeFileSync(join(folder, `.${name}`), text);
    renameSync(join(folder, `.${name}`), join(folder, name));
  };

  it('are told of the words that are awaited, two of one file among them, and of no others', async () => {
    const [one, two] = [arrivals.next('a', 'one;'), arrivals.next('a', 'two;')];
    const never = arrivals.next('b', 'three;');
    const startedAt = performance.now();
    replace('b', 'something else');
    replace('a', 'one;');
    expect(await one).toBeGreaterThanOrEqual(startedAt);
    replace('a', 'one; two;');
    expect(await two).toBeGreaterThanOrEqual((await one) ?? 0);
    arrivals.close();
    expect(await never).toBeUndefined();
  });
});

it('reads what an agent reports, and nothing else', () => {
  expect(readReport('consul.http.GET.v1.kv._:0.7|ms')).toEqual({
    ...{ name: 'consul.http.GET.v1.kv._', value: 0.7, kind: 'ms' },
  });
  expect(readReport('')).toBeUndefined();
});
