import { describe, expect, it } from 'vitest';
import {
  guessDialect,
  recogniseDialect,
  type Dialect,
  type Recognised,
} from '../../../src/config/dialect.ts';
import { complaint, load } from './scratch-configs.ts';

const conflict = (sentence: string): Recognised => ({
  conflict: `a mix of two dialects: ${sentence}`,
});

/** Each config, and what it is taken for, however it was given. */
const TOLD_BY_ITSELF: readonly (readonly [config: object, is: Dialect])[] = [
  [{ templates: [] }, 'autotmpl'],
  [{ templates: [], deduplicate: { ttl: '20s' } }, 'autotmpl'],
  [{ deduplicate: { enabled: true, ttl: '20s' } }, 'consul-template'],
  [{ consul: 'x', services: [] }, 'containerpilot2'],
  [{ consul: 'x', jobs: [] }, 'containerpilot3'],
  [{ jobs: [{ name: 'web', main: true, exec: ['nginx'] }] }, 'autotmpl'],
  [{ jobs: [{ name: 'web', exec: ['nginx'], service: { port: 80 } }] }, 'autotmpl'],
  [{ watches: [{ service: 'sales', dc: 'east', onChange: { restart: 'web' } }] }, 'autotmpl'],
  [{ watches: [{ name: 'sales', interval: 3, dc: 'east' }] }, 'containerpilot3'],
  [{ jobs: [{ name: 'web', exec: 'nginx', port: 80 }] }, 'containerpilot3'],
  [{ jobs: [{ name: 'web', exec: 'nginx', health: { tcp: ':80' } }] }, 'autotmpl'],
  [{ jobs: [{ name: 'web', health: { exec: 'true', interval: '5s' } }] }, 'autotmpl'],
  [{ jobs: [{ name: 'web', health: { exec: 'true', interval: 5 } }] }, 'containerpilot3'],
  [{ jobs: [{ name: 'web', exec: 'x', restarts: { max: 3 } }] }, 'autotmpl'],
  [{ jobs: [{ name: 'web', exec: 'x', logging: 'raw' }] }, 'autotmpl'],
  [{ jobs: [{ name: 'web', exec: 'x', logging: { raw: true } }] }, 'containerpilot3'],
  [{ jobs: [{ name: 'web', exec: 'x' }], stopTimeout: '30s' }, 'autotmpl'],
  [{ jobs: [{ name: 'web', exec: 'x' }], stopTimeout: 30 }, 'containerpilot3'],
  [{ jobs: [{ name: 'web', exec: 'x' }], telemetry: { listen: ':9090' } }, 'autotmpl'],
  [{ jobs: [{ name: 'web', exec: 'x' }], telemetry: { port: 9090 } }, 'containerpilot3'],
];

describe('a config', () => {
  it.each(TOLD_BY_ITSELF)('is told by its keys and shapes: %j', (content, dialect) => {
    const keyed = content as Readonly<Record<string, unknown>>;
    expect(recogniseDialect(keyed, 'autotmpl')).toEqual({ dialect });
    expect(recogniseDialect(keyed, 'containerpilot')).toEqual({ dialect });
  });

  it.each([
    { jobs: [{ name: 'web', exec: ['nginx'] }] },
    { jobs: [{ name: 'web', exec: 'x', logging: 'raw', health: { exec: 'true', ttl: 5 } }] },
    { control: { socket: '/run/x.sock' } },
  ])('that could be either is what the way it was given says: %j', (content) => {
    expect(recogniseDialect(content, 'autotmpl')).toEqual({ dialect: 'autotmpl' });
    expect(recogniseDialect(content, 'containerpilot')).toEqual({ dialect: 'containerpilot3' });
  });

  it('that mixes two is refused, with the keys of each', () => {
    const shapes = { jobs: [{ name: 'a', main: true, port: 80 }] };
    for (const likely of ['autotmpl', 'containerpilot'] as const) {
      expect(recogniseDialect(shapes, likely)).toEqual(
        conflict("main is those of autotmpl's jobs, port is those of ContainerPilot 3's"),
      );
      expect(recogniseDialect({ templates: [], services: [] }, likely)).toEqual(
        conflict("templates is autotmpl's, services is ContainerPilot's"),
      );
    }
  });

  it('that cannot be parsed is guessed by the keys that its text has', () => {
    expect(guessDialect('{"jobs": [{"main": true,, }]}', 'containerpilot')).toBe('autotmpl');
    expect(guessDialect('{"consul": "x", "jobs": [{"user": 1,,', 'containerpilot')).toBe(
      'containerpilot3',
    );
    expect(guessDialect('{"services": [,', 'autotmpl')).toBe('containerpilot2');
  });
});

describe('a config that is given as text', () => {
  const text = '{"jobs": [{"name": "web", "main": true, "exec": ["nginx"]}]}';

  it.each(['-config', 'CONTAINERPILOT'])('by %s is ours where it is of our shape', async (name) => {
    const { settings } = await load({}, { configText: { name, text }, likely: 'containerpilot' });
    expect(settings.supervisor?.jobs).toMatchObject([{ name: 'web', role: 'main' }]);
  });

  it('is ours as a file behind file:// too', async () => {
    const { settings } = await load({ 'own.json': text }, { configPaths: ['file://own.json'] });
    expect(settings.supervisor?.jobs).toMatchObject([{ name: 'web', role: 'main' }]);
  });

  it('is told in our words where something is wrong with it', async () => {
    const wrong = text.replace('"exec"', '"exce"');
    expect(await complaint({}, { configText: { name: '-config', text: wrong } })).toBe(
      '-config:1:41: jobs[0].exce: unknown key (did you mean exec?)',
    );
  });

  it('has no template step when it is ours, and says so', async () => {
    const hidden =
      '{"jobs": [{ {{ if true }}"name": "web", {{ print "\\"ma" }}in": true{{ end }} }]}';
    expect(await complaint({}, { configText: { name: '-config', text: hidden } })).toContain(
      "its keys are autotmpl's, whose configs have no template step",
    );
  });
});
