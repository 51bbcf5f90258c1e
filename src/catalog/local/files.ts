import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { Answer } from '../catalog.ts';
import { followPath } from '../follow-path.ts';

/** Follows the text of a file, or null while there is none. */
export async function* followFile(
  path: string,
  signal: AbortSignal,
  clock: Clock,
): AsyncGenerator<Answer> {
  let value: string | null | undefined;
  let held = false;
  for await (const found of followPath(path, signal, clock)) {
    if (found.state !== 'unreadable') {
      held = false;
      value = found.state === 'present' ? found.text : null;
      yield { state: 'fresh', value };
    } else if (!held) {
      held = true;
      const reason = new AutotmplError(
        'catalog',
        `cannot read ${path}: ${describeError(found.error)}`,
        { cause: found.error },
      );
      yield { state: 'held', value, reason };
    }
  }
}
