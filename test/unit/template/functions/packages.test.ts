import type * as NodeModule from 'node:module';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { call } from './known-facts.ts';

const installed = vi.hoisted(() => ({ complete: true }));

vi.mock('node:module', async (original) => {
  const real = await original<typeof NodeModule>();
  const createRequire = (from: string) => {
    const load = real.createRequire(from);
    return (name: string): unknown => {
      if (!installed.complete) throw new Error(`Cannot find module '${name}'`);
      return load(name);
    };
  };
  return { ...real, createRequire };
});

afterEach(() => {
  installed.complete = true;
});

describe('a package that a function needs and that is not installed', () => {
  it.each([
    ['re2js', 'regexMatch', ['a', 'a']],
    ['re2js', 'regexReplaceAll', ['a', 'b', 'a']],
    ['re2js', 'sockaddr', ['GetAllInterfaces | include "name" "lo"']],
    ['yaml', 'parseYAML', ['a: b']],
    ['yaml', 'toYAML', ['a']],
    ['smol-toml', 'toTOML', [{ a: 'b' }]],
    ['ipaddr.js', 'sockaddr', ['GetPrivateIP']],
  ] as const)('is named: %s, by %s', (name, callee, args) => {
    installed.complete = false;
    expect(() => call(callee, ...args)).toThrow(`the package ${name} cannot be loaded`);
    installed.complete = true;
    expect(() => call(callee, ...args)).not.toThrow();
  });
});
