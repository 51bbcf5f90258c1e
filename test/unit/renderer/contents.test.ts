import { describe, expect, it } from 'vitest';
import type { Query } from '../../../src/catalog/query.ts';
import type { Recall, Rendering } from '../../../src/template/engine.ts';
import { Contents } from '../../../src/renderer/contents.ts';
import { MemoryLedger } from '../../../src/renderer/ledger.ts';
import { ViewComparison } from '../../../src/renderer/view-comparison.ts';
import { WHOLE } from '../../../src/template/reads/reading.ts';
import type { Publication } from '../../../src/renderer/publisher.ts';
import { makeTarget } from '../../support/targets.ts';

const TARGET = makeTarget({ label: 'a', destination: '/etc/a' });
const QUERY: Query = { kind: 'key', path: 'a' };
const firstLetter = (answer: unknown) => String(answer).at(0);

describe('what the texts of a target are made of', () => {
  const ledger = new MemoryLedger();
  const contents = new Contents(TARGET, () => WHOLE, ledger, new ViewComparison());
  const known = (): unknown => ledger.of(TARGET)?.get('key(a)');

  /** Renders the answer, which is a secret, and returns the text that is to be published. */
  const render = (answer: string): Publication => {
    const secrets = new Set([answer]);
    const used = new Map([['key(a)', QUERY]]);
    const had = new Map([['key(a)', { kind: 'key', views: [firstLetter] }]]);
    const rendering = { used, had, secrets } as unknown as Rendering;
    const recall = (() => ({ value: answer })) as unknown as Recall;
    contents.rendered({ kind: 'complete', rendering, text: answer }, recall);
    return { target: TARGET, text: answer, secrets, files: [] };
  };

  it('stands in the ledger once it is in place, and what it was before once it is rolled back', () => {
    contents.placed(render('one'), 'written');
    expect(known()).toBe('one');
    const shown = render('two');
    contents.placed(shown, 'shown');
    expect(known()).toBe('one');
    contents.placed(render('three'), 'written');
    expect(known()).toBe('three');
    contents.rolledBack();
    expect(known()).toBe('one');
  });

  it('stays the same with an answer of which the template has the same, and is made of that then', () => {
    contents.placed(render('ask'), 'written');
    expect(contents.isSameWith('key(a)', 'answer')).toBe(true);
    expect(known()).toBe('answer');
    expect(contents.isSameWith('key(a)', 'other')).toBe(false);
    expect(contents.isSameWith('key(b)', 'answer')).toBe(false);
    // What is rendered and not in place does not count.
    render('other');
    expect(contents.isSameWith('key(a)', 'one more')).toBe(false);
    expect(contents.isSameWith('key(a)', 'as it was')).toBe(true);
  });

  it('is secret for as long as it is in place, however often it is rendered since', () => {
    contents.placed(render('in place'), 'written');
    for (const answer of ['held 1', 'held 2', 'held 3']) render(answer);
    expect(contents.secrets).toEqual(new Set(['in place', 'held 2', 'held 3']));
  });
});
