import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Bus } from '../../../src/core/bus.ts';
import { describeError } from '../../../src/core/errors.ts';
import { OwedMarkers } from '../../../src/output/owed-markers.ts';
import { Aftermath } from '../../../src/renderer/aftermath.ts';
import type { OwnWrites } from '../../../src/renderer/drift/own-writes.ts';
import { LastGood } from '../../../src/renderer/last-good.ts';
import { MemoryLedger, type Ledger } from '../../../src/renderer/ledger.ts';
import type { Published } from '../../../src/renderer/publisher.ts';
import type { Target } from '../../../src/renderer/target.ts';
import type { SideFile } from '../../../src/template/engine.ts';
import { filePublisher, publishAll } from '../../support/file-publisher.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { makeTarget } from '../../support/targets.ts';

/** One life of the program, as far as it keeps files. */
interface Life {
  readonly lastGood: LastGood;
  readonly ledger: Ledger;
  publish(text: string, anew?: boolean, beside?: string): Promise<Published | undefined>;
  /** The command ends well, or it fails and what follows from that happens. */
  succeed(): Promise<void>;
  fail(reason?: string): Promise<string>;
}

describe('the last good file', () => {
  let folder: string;
  let logger: ReturnType<typeof recordingLogger>;
  let events: string[];
  let target: Target;

  const at = (name: string) => join(folder, name);
  const read = (name = 'app.conf') => readFileSync(at(name), 'utf8');
  const mode = (name = 'app.conf') => statSync(at(name)).mode & 0o7777;
  const file = (fields: Partial<Target['file']> = {}): Target['file'] => ({
    ...{ createDirs: true, backup: false, symlink: 'refuse', write: 'rename' },
    ...fields,
  });

  const sideFile = (text: string): SideFile => ({
    ...{ path: at('app.key'), text, mode: 0o600, how: 'replace' },
  });

  const live = (): Life => {
    const markers = new OwedMarkers();
    const ledger = new MemoryLedger();
    const bus = new Bus();
    bus.on('target:rolledBack', ({ reason }) => events.push(`rolled back: ${reason}`));
    const lastGood = new LastGood({ markers, ledger, bus, logger });
    const publisher = filePublisher({ markers, lastGood, logger });
    const cover = () => markers.cover([target.destination ?? '']);
    return {
      ...{ lastGood, ledger },
      publish: async (text, anew = false, beside) => {
        const files = beside === undefined ? [] : [sideFile(beside)];
        const publication = { target, text, secrets: new Set<string>(), files, anew };
        const [published] = await publishAll(publisher, [publication]);
        return published;
      },
      succeed: () => cover().clear(),
      fail: (reason = 'it does not work') => lastGood.takeBack([target], reason, cover()),
    };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-last-good-'));
    logger = recordingLogger();
    events = [];
    target = makeTarget({
      ...{ label: 'app.conf', destination: at('app.conf'), file: file() },
      ...{ command: 'reload', onFailure: 'rollback' },
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is put back with its mode, and the text in its place is not tried again', async () => {
    const life = live();
    await life.publish('good');
    await life.succeed();
    chmodSync(at('app.conf'), 0o640);
    await life.publish('bad');
    expect(await life.fail('nginx says no')).toBe('done');
    expect([read(), mode()]).toEqual(['good', 0o640]);
    expect(events).toEqual(['rolled back: nginx says no']);
    const again = await life.publish('bad');
    expect(again).toMatchObject({ outcome: 'held', by: 'rollback' });
    expect(again?.outcome === 'held' && describeError(again.error)).toBe(
      'app.conf was rolled back: nginx says no',
    );
    expect(read()).toBe('good');
  });

  it('goes back with what its template wrote beside it, which is not tried again either, over a restart, too', async () => {
    let life = live();
    await life.publish('cert', false, 'key');
    await life.succeed();
    await life.publish('bad cert', false, 'bad key');
    expect(await life.fail()).toBe('done');
    expect([read(), read('app.key'), mode('app.key')]).toEqual(['cert', 'key', 0o600]);
    life = live();
    expect(await life.publish('bad cert', false, 'bad key')).toMatchObject({ by: 'rollback' });
    expect(read('app.key')).toBe('key');
    expect(await life.publish('cert', false, 'another key')).toMatchObject({ outcome: 'written' });
    expect(await life.fail()).toBe('done');
    expect([read(), read('app.key')]).toEqual(['cert', 'key']);
    expect(await life.publish('cert', false, 'another key')).toMatchObject({ by: 'rollback' });
    expect(read('app.key')).toBe('key');
  });

  it('goes back with the file beside it that went with it, not with one that is older', async () => {
    const life = live();
    for (const key of ['oldest', 'good']) {
      await life.publish(`cert of ${key}`, false, key);
      await life.succeed();
    }
    await life.publish('bad cert', false, 'good');
    expect(await life.fail()).toBe('done');
    expect([read(), read('app.key')]).toEqual(['cert of good', 'good']);
    expect(await life.fail()).toBe('isGood');
  });

  it('goes back though what runs was ended between the swap and the end of its command', async () => {
    await live().publish('cert', false, 'key');
    await live().publish('cert', false, 'key');
    rmSync(at('.app.conf.autotmpl-owed'));
    await live().publish('bad cert', false, 'bad key');
    const life = live();
    expect(await life.publish('bad cert', false, 'bad key')).toMatchObject({ commandOwed: true });
    expect(await life.fail()).toBe('done');
    expect([read(), read('app.key')]).toEqual(['cert', 'key']);
  });

  it('stays while changes fail one after the other', async () => {
    const life = live();
    await life.publish('good');
    await life.succeed();
    await life.publish('bad');
    await life.publish('worse');
    expect(await life.fail()).toBe('done');
    expect(read()).toBe('good');
  });

  it('is the file that was there before us, where nobody knows anything against it', async () => {
    writeFileSync(at('app.conf'), 'by hand', { mode: 0o600 });
    const life = live();
    await life.publish('bad');
    await life.fail();
    expect([read(), mode()]).toEqual(['by hand', 0o600]);
  });

  it('is a different one once a change has succeeded', async () => {
    const life = live();
    for (const text of ['first', 'second']) {
      await life.publish(text);
      await life.succeed();
    }
    await life.publish('bad');
    await life.fail();
    expect(read()).toBe('second');
  });

  it('does not exist where there was no file: the new one stays', async () => {
    const life = live();
    await life.publish('first');
    expect(await life.fail()).toBe('nothingGood');
    expect(read()).toBe('first');
    expect(await life.publish('first')).toMatchObject({ outcome: 'unchanged' });
  });

  it('is not put back twice: the fault lies elsewhere then', async () => {
    const life = live();
    await life.publish('good');
    await life.succeed();
    await life.publish('bad');
    expect(await life.fail()).toBe('done');
    expect(await life.fail()).toBe('isGood');
  });

  it('gives way to what was swapped in while the command ran', async () => {
    const markers = new OwedMarkers();
    const parts = { markers, ledger: new MemoryLedger(), bus: new Bus(), logger };
    const lastGood = new LastGood(parts);
    const publisher = filePublisher({ markers, lastGood, logger });
    const publish = (text: string) =>
      publishAll(publisher, [{ target, text, secrets: new Set(), files: [] }]);
    await publish('good');
    await markers.cover([at('app.conf')]).clear();
    await publish('bad');
    const cover = markers.cover([at('app.conf')]);
    await publish('newer');
    expect(await lastGood.takeBack([target], 'no', cover)).toBe('overtaken');
    expect(read()).toBe('newer');
  });

  it('takes a text that differs, and the rejected one again after that', async () => {
    const life = live();
    await life.publish('good');
    await life.succeed();
    await life.publish('bad');
    await life.fail();
    expect(await life.publish('good')).toMatchObject({ outcome: 'unchanged' });
    expect(await life.publish('bad')).toMatchObject({ outcome: 'written' });
  });

  it('gives way to the rejected text where somebody asks for that', async () => {
    const life = live();
    await life.publish('good');
    await life.succeed();
    await life.publish('bad');
    await life.fail();
    expect(await life.publish('bad', true)).toMatchObject({ outcome: 'written' });
    expect(await life.fail()).toBe('done');
    expect(read()).toBe('good');
  });

  it('is not taken for the work of others', async () => {
    const turns: string[] = [];
    const ownWrites: OwnWrites = {
      inTurn: async (work) => {
        turns.push('begins');
        const result = await work();
        turns.push('ends');
        return result;
      },
      note: (_, text, secrets) => turns.push(`${text}, with ${[...secrets].join()}`),
    };
    const markers = new OwedMarkers();
    const parts = { markers, ledger: new MemoryLedger(), bus: new Bus(), logger };
    const lastGood = new LastGood({ ...parts, ownWrites: () => ownWrites });
    const publisher = filePublisher({ markers, lastGood, logger });
    const publish = (text: string, ...secrets: string[]) =>
      publishAll(publisher, [{ target, text, secrets: new Set(secrets), files: [] }]);
    await publish('good', 'hunter1');
    await markers.cover([at('app.conf')]).clear();
    await publish('bad', 'hunter2');
    await lastGood.takeBack([target], 'no', markers.cover([at('app.conf')]));
    expect(turns).toEqual(['begins', 'good, with hunter1', 'ends']);
  });

  it('is known over a restart, and so is what was taken back', async () => {
    const first = live();
    await first.publish('good');
    await first.succeed();
    await first.publish('bad');
    // Killed before anybody knew.
    const second = live();
    expect(await second.publish('bad')).toEqual({ outcome: 'unchanged', commandOwed: true });
    expect(await second.fail('it does not start')).toBe('done');
    // Killed before the command had run on the good file.
    const third = live();
    expect(await third.publish('bad')).toMatchObject({ by: 'rollback', commandOwed: true });
    expect(read()).toBe('good');
    await third.succeed();
    const fourth = live();
    const held = await fourth.publish('bad');
    expect(held).toMatchObject({ by: 'rollback', commandOwed: false });
    expect(held?.outcome === 'held' && describeError(held.error)).toContain('it does not start');
    expect(await fourth.publish('better')).toMatchObject({ outcome: 'written' });
    await fourth.succeed();
    expect(readdirSync(folder).sort()).toEqual(['.app.conf.autotmpl-good', 'app.conf']);
  });

  it('is made of its own answers again', async () => {
    const life = live();
    await life.publish('good');
    life.ledger.note(target, new Map([['key(a)', 'good']]));
    await life.succeed();
    await life.publish('bad');
    life.ledger.note(target, new Map([['key(a)', 'bad']]));
    await life.fail();
    expect(life.ledger.of(target)).toEqual(new Map([['key(a)', 'good']]));
  });

  it('is put back where the other one was deleted meanwhile', async () => {
    const life = live();
    await life.publish('good');
    await life.succeed();
    chmodSync(at('app.conf'), 0o604);
    await life.publish('bad');
    rmSync(at('app.conf'));
    expect(await life.fail()).toBe('done');
    expect([read(), mode()]).toEqual(['good', 0o604]);
    expect(await life.publish('bad')).toMatchObject({ outcome: 'held' });
  });

  it('is put back byte for byte, whatever it was', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x0a]);
    writeFileSync(at('app.conf'), bytes);
    const life = live();
    await life.publish('bad');
    await life.fail();
    expect(readFileSync(at('app.conf'))).toEqual(bytes);
  });

  it('is not changed with the file that is written in place', async () => {
    target = { ...target, file: file({ write: 'inPlace' }) };
    writeFileSync(at('app.conf'), 'good, and longer');
    const { ino } = statSync(at('app.conf'));
    const life = live();
    await life.publish('bad');
    expect(await life.fail()).toBe('done');
    expect([read(), statSync(at('app.conf')).ino]).toEqual(['good, and longer', ino]);
  });

  it('lies beside the real file where a symbolic link is followed', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/app.conf'), 'good');
    symlinkSync('real/app.conf', at('app.conf'));
    target = { ...target, file: file({ symlink: 'follow' }) };
    const life = live();
    await life.publish('bad');
    expect(readdirSync(at('real')).sort()).toContain('.app.conf.autotmpl-good');
    await life.fail();
    expect(read('real/app.conf')).toBe('good');
    expect(existsSync(at('.app.conf.autotmpl-good'))).toBe(false);
    expect(await live().publish('bad')).toMatchObject({ by: 'rollback' });
  });

  it('is as private as the file was, and so is the note of what was taken back', async () => {
    target = { ...target, file: file({ mode: 0o600 }) };
    const life = live();
    await life.publish('password one');
    await life.succeed();
    await life.publish('password two');
    expect(mode('.app.conf.autotmpl-good')).toBe(0o600);
    await life.fail();
    expect(mode('.app.conf.autotmpl-rejected')).toBe(0o600);
    expect(read('.app.conf.autotmpl-rejected')).not.toContain('password');
  });

  it('is never read through a link that somebody laid there', async () => {
    writeFileSync(at('shadow'), 'not for you');
    const life = live();
    await life.publish('first');
    symlinkSync(at('shadow'), at('.app.conf.autotmpl-good'));
    await expect(life.fail()).rejects.toThrow();
    expect(read()).toBe('first');
    await life.succeed();
    await life.publish('second');
    expect(read('shadow')).toBe('not for you');
    await life.fail();
    expect(read()).toBe('first');
  });

  it('is not noted through a link that somebody laid there', async () => {
    writeFileSync(at('victim'), 'untouched');
    const life = live();
    await life.publish('good');
    await life.succeed();
    await life.publish('bad');
    symlinkSync(at('victim'), at('.app.conf.autotmpl-rejected'));
    await life.fail();
    expect(read('victim')).toBe('untouched');
    expect(await live().publish('bad')).toMatchObject({ by: 'rollback' });
  });

  it('is told by nothing that is no note of ours', async () => {
    writeFileSync(at('app.conf'), 'good');
    writeFileSync(at('.app.conf.autotmpl-rejected'), '{"sha256": 7');
    expect(await live().publish('new')).toMatchObject({ outcome: 'written' });
  });

  it('is not kept of a file that is not to be rolled back, nor does an old one stay', async () => {
    writeFileSync(at('.app.conf.autotmpl-good'), 'of last year');
    target = { ...target, onFailure: 'keep' };
    const markers = new OwedMarkers();
    const publisher = filePublisher({ markers, logger });
    await publisher.open([target]);
    await live().publish('new');
    expect(readdirSync(folder).sort()).toEqual(['.app.conf.autotmpl-owed', 'app.conf']);
  });

  it('stays where it is over a start that may need it', async () => {
    writeFileSync(at('.app.conf.autotmpl-good'), 'good');
    const markers = new OwedMarkers();
    await filePublisher({ markers, logger }).open([target]);
    expect(read('.app.conf.autotmpl-good')).toBe('good');
  });

  describe('of a group', () => {
    let other: Target;
    let markers: OwedMarkers;
    let lastGood: LastGood;
    let publish: (...texts: string[]) => Promise<readonly Published[]>;
    const cover = () => markers.cover([at('app.conf'), at('other.conf')]);

    beforeEach(() => {
      target = { ...target, fileGroup: 'web' };
      other = { ...target, label: 'other.conf', destination: at('other.conf') };
      markers = new OwedMarkers();
      lastGood = new LastGood({ markers, ledger: new MemoryLedger(), bus: new Bus(), logger });
      const publisher = filePublisher({ markers, lastGood, logger });
      publish = (...texts) =>
        publishAll(
          publisher,
          texts.map((text, index) => ({
            target: index === 0 ? target : other,
            ...{ text, secrets: new Set<string>(), files: [] },
          })),
        );
    });

    it('is put back with those of the others, and all are held', async () => {
      await publish('good a', 'good b');
      await cover().clear();
      await publish('bad a', 'bad b');
      expect(await lastGood.takeBack([target, other], 'no', cover())).toBe('done');
      expect([read(), read('other.conf')]).toEqual(['good a', 'good b']);
      expect(readdirSync(folder).filter((name) => /autotmpl-(\d|journal)/.test(name))).toEqual([]);
      expect(await publish('bad a', 'bad b')).toMatchObject([
        { outcome: 'held' },
        { outcome: 'held' },
      ]);
    });

    it('gives way to a rejected text that comes with a new one of another', async () => {
      await publish('good a', 'good b');
      await cover().clear();
      await publish('bad a', 'bad b');
      await lastGood.takeBack([target, other], 'no', cover());
      expect(await publish('bad a', 'good b')).toMatchObject([
        { outcome: 'held', by: 'rollback' },
        { outcome: 'held', by: 'group' },
      ]);
      expect(await publish('bad a', 'mended b')).toMatchObject([
        { outcome: 'written' },
        { outcome: 'written' },
      ]);
      expect([read(), read('other.conf')]).toEqual(['bad a', 'mended b']);
    });

    it('stays away where one of the others has none', async () => {
      await publish('good a');
      await cover().clear();
      await publish('bad a', 'first b');
      expect(await lastGood.takeBack([target, other], 'no', cover())).toBe('nothingGood');
      expect([read(), read('other.conf')]).toEqual(['bad a', 'first b']);
    });

    it('gives way where one of the others is newer', async () => {
      await publish('good a', 'good b');
      await cover().clear();
      await publish('bad a', 'bad b');
      const covered = cover();
      await markers.around(at('other.conf'), async () => undefined);
      expect(await lastGood.takeBack([target, other], 'no', covered)).toBe('overtaken');
      expect([read(), read('other.conf')]).toEqual(['bad a', 'bad b']);
    });
  });

  describe('in the aftermath', () => {
    const follow = (life: Life, targets: readonly Target[], fatal: string[] = []) => {
      const taken: string[][] = [];
      const aftermath = new Aftermath({
        lastGood: life.lastGood,
        onFatal: (error) => fatal.push(error.message),
        onTakenBack: (back) => taken.push(back.map(({ label }) => label)),
        logger,
      });
      const reload = { command: 'reload', timeoutMs: 1000, targets, reasons: [] };
      const cover = new OwedMarkers().cover(
        targets.flatMap(({ destination }) => destination ?? []),
      );
      return aftermath.follow(reload, 'it failed', cover).then((remedy) => ({ remedy, taken }));
    };

    it('takes back only what asks for it', async () => {
      const life = live();
      await life.publish('good');
      await life.succeed();
      await life.publish('bad');
      const kept = makeTarget({ label: 'kept.conf', command: 'reload' });
      const { remedy, taken } = await follow(life, [kept, target]);
      expect(remedy).toEqual({ kind: 'rolledBack', targets: [target] });
      expect(taken).toEqual([['app.conf']]);
    });

    it('keeps what cannot be taken back, and says so', async () => {
      const life = live();
      await life.publish('first');
      const { remedy } = await follow(life, [target]);
      expect(remedy).toEqual({ kind: 'keep' });
      expect(logger.text()).toContain('app.conf cannot be rolled back: there is no file before it');
    });

    it('ends the program where one of the targets asks for that, and takes nothing back', async () => {
      const life = live();
      await life.publish('good');
      await life.succeed();
      await life.publish('bad');
      const fatal: string[] = [];
      const strict = makeTarget({ label: 'strict.conf', command: 'reload', onFailure: 'exit' });
      const { remedy } = await follow(life, [target, strict], fatal);
      expect(remedy).toEqual({ kind: 'exit' });
      expect(fatal).toEqual(["it failed; strict.conf asks for the program's end then"]);
      expect(read()).toBe('bad');
    });
  });
});
