import { describe, expect, it } from 'vitest';

import { functions } from '../../../../src/template/functions/index.ts';
import { call } from './known-facts.ts';

describe('the table of functions', () => {
  it('has every function of consul-template that templates of version 1 may use', () => {
    const names = `service services node nodes datacenters key keyExists keyOrDefault ls safeLs tree safeTree connect
      caRoots caLeaf byTag byKey byMeta byPort explode explodeMap mergeMap mergeMapWithOverride contains containsAll
      containsAny containsNone containsNotAll in env mustEnv envOrDefault file timestamp base64Encode base64Decode
      base64URLEncode base64URLDecode sha256Hex md5sum hmacSHA256Hex regexMatch regexReplaceAll replaceAll split join
      splitToMap indent trim trimSpace trimPrefix trimSuffix toLower toUpper toTitle toJSON toJSONPretty
      toUnescapedJSON toUnescapedJSONPretty toYAML toTOML parseBool parseFloat parseInt parseUint parseJSON parseYAML
      loop add subtract multiply divide modulo minimum maximum scratch sockaddr`;
    for (const name of names.split(/\s+/)) expect(functions[name], name).toBeDefined();
  });

  it('refuses more arguments than a function has', () => {
    expect(() => call('toLower', 'a', 'b')).toThrow('toLower: it takes at most 1, but got 2');
    expect(() => call('caRoots', 'a')).toThrow('caRoots: it takes no arguments, but got 1');
    expect(() => call('datacenters', true, true)).toThrow('datacenters: it takes at most 1');
  });

  it('never fails with anything but a message for people, whatever it is called with', () => {
    const odd = [undefined, null, 5, NaN, true, 'text', [], {}, [null], [{}], () => 1, Symbol('s')];
    for (const [name, row] of Object.entries(functions)) {
      for (const first of odd) {
        for (const args of [[], [first], [first, first], ['a', first], [first, first, first]]) {
          if (args.length > row.most) continue;
          try {
            call(name, ...args);
          } catch (error) {
            expect(error, `${name}: ${String(error)}`).toMatchObject({ code: 'template' });
          }
        }
      }
    }
  });
});
