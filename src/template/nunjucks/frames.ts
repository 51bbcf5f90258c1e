import { bareMap } from '../../core/bare-map.ts';
import { runtime, type Frame } from './internals.ts';

/**
 * nunjucks' frame of variables, without what makes its `set` slow: it takes every name apart at its dots, seven times in each
 * turn of a loop. A name that a template gives has no dot.
 */
export class PlainFrame extends runtime.Frame {
  override variables = bareMap<unknown>();

  override set(name: string, value: unknown, resolveUp?: boolean): void {
    if (resolveUp === true || name.includes('.')) super.set(name, value, resolveUp);
    else this.variables[name] = value;
  }

  override push(isolateWrites?: boolean): PlainFrame {
    return new PlainFrame(this, isolateWrites);
  }
}

/** What a loop tells its body about the turn: one object for all turns, as nunjucks has it. */
interface Loop {
  index: number;
  index0: number;
  revindex: number;
  revindex0: number;
  first: boolean;
  last: boolean;
  length: number;
}

/** Sets `loop.index` and the others in the frame of a loop. `at` starts at 0. */
export function bindLoop(frame: Frame & { ownLoop?: Loop }, at: number, length: number): void {
  const before = frame.ownLoop;
  if (before === undefined) {
    frame.ownLoop = loopAt(at, length);
  } else {
    before.index = at + 1;
    before.index0 = at;
    before.revindex = length - at;
    before.revindex0 = length - at - 1;
    before.first = at === 0;
    before.last = at === length - 1;
    before.length = length;
  }
  frame.variables.loop = frame.ownLoop;
}

function loopAt(at: number, length: number): Loop {
  return {
    index: at + 1,
    index0: at,
    revindex: length - at,
    revindex0: length - at - 1,
    first: at === 0,
    last: at === length - 1,
    length,
  };
}
