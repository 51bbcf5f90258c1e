import { describe, expect, it } from 'vitest';

import {
  execSupervisor,
  type ExecCircumstances,
} from '../../../../src/config/consul-template/exec-job.ts';
import type { ExecSettings } from '../../../../src/config/run-settings.ts';

const EXEC: ExecSettings = {
  command: ['app', '-v'],
  killSignal: 'SIGINT',
  killTimeoutMs: 30_000,
  splayMs: 0,
  timeoutMs: 0,
  environment: { pristine: false, custom: [], allowlist: [], denylist: [] },
};

const compile = (exec: Partial<ExecSettings>, more: Partial<ExecCircumstances> = {}) =>
  execSupervisor(
    { ...EXEC, ...exec },
    {
      place: 'a.hcl:1:1',
      hasTargets: true,
      signals: { killSignal: 'SIGINT', reloadSignal: 'SIGHUP', overriding: {} },
      ...more,
    },
  );

const signals = (
  said: Partial<ExecCircumstances['signals']>,
): ReturnType<typeof compile>['signals'] =>
  compile(
    {},
    { signals: { killSignal: 'SIGINT', reloadSignal: 'SIGHUP', overriding: {}, ...said } },
  ).signals;

describe('the process of the exec mode', () => {
  it('is a main job that starts with the files, and is never started again by itself', () => {
    expect(compile({})).toMatchObject({
      filesFirst: true,
      jobs: [
        {
          name: 'exec',
          role: 'main',
          place: 'a.hcl:1:1',
          exec: ['app', '-v'],
          when: { kind: 'event', source: 'renderer', code: 'ready', mode: 'once' },
          restarts: { max: 0 },
          stopSignal: 'SIGINT',
          stopTimeoutMs: 30_000,
          logging: 'raw',
          signalled: 'alone',
          env: {},
        },
      ],
    });
    expect(compile({}).jobs[0]).not.toHaveProperty('inherits');
    expect(compile({}).jobs[0]).not.toHaveProperty('timeoutMs');
  });

  it('starts at once where there is no file to wait for, and nothing to be told of', () => {
    const supervisor = compile({ reloadSignal: 'SIGHUP' }, { hasTargets: false });
    expect(supervisor.jobs[0]?.when).toEqual({ kind: 'startup' });
    expect(supervisor.watches).toEqual([]);
  });

  it.each([
    [undefined, [{ action: { kind: 'restart', job: 'exec' } }]],
    ['SIGUSR1', [{ action: { kind: 'signal', signal: 'SIGUSR1', job: 'exec' } }]],
    ['none', []],
  ] as const)('has the reload signal %s', (reloadSignal, reactions) => {
    const { watches } = compile(reloadSignal === undefined ? {} : { reloadSignal });
    expect(watches.map(({ onChange }) => onChange)).toEqual(reactions);
    expect(watches.every((watch) => 'files' in watch && watch.files === 'any')).toBe(true);
  });

  it('waits for its splay, has its time, and its kill signal', () => {
    const { jobs, watches } = compile({ splayMs: 5000, timeoutMs: 1000, killSignal: 'none' });
    expect(watches[0]?.onChange?.splayMs).toBe(5000);
    expect(jobs[0]).toMatchObject({ timeoutMs: 1000, stopSignal: 'SIGCONT' });
  });

  it('inherits by the rules, and is given the rest', () => {
    const environment = {
      ...EXEC.environment,
      denylist: ['VAULT_*'],
      custom: ['A=1', 'A=2=3', 'B'],
    };
    expect(compile({ environment }).jobs[0]).toMatchObject({
      env: { A: '2=3', B: '' },
      inherits: { pristine: false, allowlist: [], denylist: ['VAULT_*'] },
    });
  });

  it.each([
    ['app -v', 'exec app -v'],
    [`nginx -g "daemon off;" -c '/a b'`, `exec nginx -g "daemon off;" -c '/a b'`],
    ['exit 7', 'exit 7'],
    ['exec app -v', 'exec app -v'],
    ['A=b app -v', 'A=b app -v'],
    ['app -v && other', 'app -v && other'],
    ['app $HOME', 'app $HOME'],
    ['app "$HOME"', 'app "$HOME"'],
    ['app *', 'app *'],
    ['app > log', 'app > log'],
    ['app -a\nother', 'app -a\nother'],
  ])('takes the place of its shell where that has no more to do: %s', (command, started) => {
    expect(compile({ command }).jobs[0]).toMatchObject({ exec: started, signalled: 'group' });
  });

  it('keeps its fingerprint where only the way to tell it changes', () => {
    const [plain, told] = [compile({}), compile({ reloadSignal: 'SIGHUP', splayMs: 1 })];
    expect(told.jobs[0]?.fingerprint).toBe(plain.jobs[0]?.fingerprint);
    expect(compile({ command: ['b'] }).jobs[0]?.fingerprint).not.toBe(plain.jobs[0]?.fingerprint);
  });
});

describe('signals of the exec mode', () => {
  it('end the process by the kill signal, TERM as itself, and pass on the others', () => {
    expect(signals({})).toMatchObject({
      SIGINT: { kind: 'stop' },
      SIGTERM: { kind: 'stop', as: 'SIGTERM' },
      SIGHUP: { kind: 'reload' },
      SIGUSR1: { kind: 'forward' },
      SIGTTOU: { kind: 'forward' },
    });
    expect(signals({}).SIGINT).not.toHaveProperty('as');
  });

  it('are those that the config names', () => {
    const table = signals({
      killSignal: 'SIGQUIT',
      reloadSignal: 'none',
      overriding: { SIGUSR2: { kind: 'ignore' } },
    });
    expect(table).toMatchObject({
      SIGQUIT: { kind: 'stop' },
      SIGINT: { kind: 'stop', as: 'SIGINT' },
      SIGHUP: { kind: 'forward' },
      SIGUSR2: { kind: 'ignore' },
    });
  });
});
