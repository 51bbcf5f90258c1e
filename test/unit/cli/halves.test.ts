import { describe, expect, it } from 'vitest';

import { FIRST, joinHalves, REST, type Require } from '../../../src/cli/halves.ts';

/** Halves that give what they are asked for, and note what is run. */
class Halves {
  readonly ran: string[] = [];
  ofFirst: Require = () => undefined;
  ofRest: Require = () => undefined;

  readonly #restBuild: string;

  constructor(restBuild = 'one') {
    this.#restBuild = restBuild;
  }

  join(): void {
    const run = (file: string, require: Require): unknown => {
      this.ran.push(file);
      if (file === FIRST) {
        this.ofFirst = require;
        return { build: 'one', start: () => undefined, share: (name: string) => `shared ${name}` };
      }
      this.ofRest = require;
      return { build: this.#restBuild, load: (name: string) => `late ${name}` };
    };
    joinHalves(run, (name) => `outside ${name}`);
  }
}

describe('the two files of the program', () => {
  it('are run when they are needed, each once', () => {
    const halves = new Halves();
    halves.join();
    expect(halves.ran).toEqual([FIRST]);
    expect(halves.ofFirst('rest:src/a.ts')).toBe('late src/a.ts');
    expect(halves.ofFirst('rest:src/b.ts')).toBe('late src/b.ts');
    expect(halves.ran).toEqual([FIRST, REST]);
  });

  it('have each module once: the rest takes from the first what that has', () => {
    const halves = new Halves();
    halves.join();
    halves.ofFirst('rest:src/a.ts');
    expect(halves.ofRest('main:src/c.ts')).toBe('shared src/c.ts');
  });

  it('ask others for all that is in neither', () => {
    const halves = new Halves();
    halves.join();
    halves.ofFirst('rest:src/a.ts');
    expect(halves.ofFirst('node:fs')).toBe('outside node:fs');
    expect(halves.ofRest('../packages/yaml.cjs')).toBe('outside ../packages/yaml.cjs');
  });

  it('are of one build: a rest that was replaced meanwhile is not used', () => {
    const halves = new Halves('another');
    halves.join();
    expect(() => halves.ofFirst('rest:src/a.ts')).toThrow('start it anew');
  });
});
