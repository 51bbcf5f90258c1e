import { describe, expect, it } from 'vitest';

import type { ServiceInstance } from '../../../../src/catalog/values.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../../src/template/gotemplate/consul-template-functions.ts';
import { goText } from '../gotemplate/known-go-engine.ts';
import { call, callWith, instance, notesFor } from './known-facts.ts';

const at = (Address: string, Port = 80): ServiceInstance =>
  instance({ ID: Address, Address, Port });
const ids = (kept: unknown): string[] => (kept as ServiceInstance[]).map(({ ID }) => ID);

const inGo = (text: string, instances: readonly ServiceInstance[]) =>
  goText(text, {
    answers: { 'service(web)': instances },
    functions: CONSUL_TEMPLATE_FUNCTIONS,
  });

describe('reachable', () => {
  it('keeps instances with a host and a port', () => {
    const good = ['10.0.0.1', 'fd00::1', 'sales.example', '0.0.0.1', '::ffff:10.0.0.1'];
    expect(
      ids(
        call(
          'reachable',
          good.map((address) => at(address)),
        ),
      ),
    ).toEqual(good);
  });

  it('leaves out, and notes, what nobody could connect to', () => {
    const notes = notesFor();
    const bad = ['', 'a b', '10.0.0.1; return 200 x;#\n', '127.1', '[::1]', 'fe80::1%eth0'];
    const nowhere = ['0.0.0.0', '::', '0:0::0', '::0.0.0.0', '::ffff:0.0.0.0'];
    const all = [...bad, ...nowhere].map((address) => at(address));
    expect(
      callWith(notes, 'reachable', [...all, at('10.0.0.1', 65_536), at('10.0.0.1', -1)]),
    ).toEqual([]);
    const { leftOut } = notes.rendering({ text: '' });
    expect(leftOut).toHaveLength(bad.length + nowhere.length + 1);
    expect(leftOut).toContain('the instance "127.1" of "web" on "n1": its address is no host');
    expect(leftOut).toContain(
      'the instance "::" of "web" on "n1": its address is that of no machine',
    );
    expect(leftOut).toContain('the instance "10.0.0.1" of "web" on "n1": its port is none');
  });

  it('leaves out names where an address is wanted', () => {
    const instances = [at('sales.example'), at('10.0.0.1'), at('fd00::1')];
    expect(ids(call('reachable', 'address', instances))).toEqual(['10.0.0.1', 'fd00::1']);
    expect(ids(call('reachable', 'host', instances))).toHaveLength(3);
    expect(() => call('reachable', 'ip', instances)).toThrow('kind must be "host" or "address"');
  });

  it('leaves out instances without a port in silence', () => {
    const notes = notesFor();
    expect(callWith(notes, 'reachable', [at('10.0.0.1', 0)])).toEqual([]);
    expect(notes.rendering({ text: '' }).leftOut).toEqual([]);
  });

  it('takes nodes, which have no port', () => {
    const nodes = [
      { Node: 'n1', Address: '10.0.0.1' },
      { Node: 'n2\n', Address: 'x y' },
    ];
    const notes = notesFor();
    expect(callWith(notes, 'reachable', nodes)).toEqual([nodes[0]]);
    expect(notes.rendering({ text: '' }).leftOut).toEqual([
      'the node "n2?": its address is no host',
    ]);
  });

  it('shows names cut and without control characters', () => {
    const notes = notesFor();
    const evil = instance({ ID: `\u001b[31m"${'x'.repeat(1000)}`, Name: '\u202e', Address: '' });
    callWith(notes, 'reachable', [evil]);
    const [what = ''] = notes.rendering({ text: '' }).leftOut;
    expect(what).toMatch(/^[ -~…]+$/);
    expect(what.length).toBeLessThan(200);
  });

  it('is for Go templates as well', () => {
    const text = '{{ range service "web" | reachable }}{{ .Address }}:{{ .Port }} {{ end }}';
    expect(inGo(text, [at('a b'), at('10.0.0.1'), at('10.0.0.2', 99_999)])).toBe('10.0.0.1:80 ');
    const named = '{{ range service "web" | reachable "address" }}{{ .Address }} {{ end }}';
    expect(inGo(named, [at('a.example'), at('10.0.0.1')])).toBe('10.0.0.1 ');
  });

  it('refuses what is no list of instances', () => {
    expect(() => call('reachable', 'web')).toThrow('instances must be a list, but it is text');
    expect(() => call('reachable', [{}])).toThrow('with a field Address');
  });
});

describe('isHost', () => {
  it('says what host accepts', () => {
    expect(['a.b', '10.0.0.1', '::1'].map((text) => call('isHost', text))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['', 'a b', '127.1', 5, null].map((text) => call('isHost', text))).toEqual(
      Array.from({ length: 5 }, () => false),
    );
  });
});
