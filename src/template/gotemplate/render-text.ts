import { AutotmplError } from '../../core/errors.ts';
import { systemClock } from '../../core/time.ts';
import { CONFIG_FUNCTIONS } from './config-functions.ts';
import { createGoEngine } from './engine.ts';
import { textMap } from './values.ts';

/** A text with Go's actions in it, such as a config of ContainerPilot or a word of its main command. */
export interface GoText {
  /** What people know it by: the path of the config as they wrote it. */
  readonly name: string;
  readonly text: string;
  /** Values are whole: what stands behind a second `=` belongs to the value. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Renders a config that is a Go template over the environment, as ContainerPilot does: `{{ .NAME }}` is a variable, one
 * that is not set is an empty text, and its functions are there. Throws an AutotmplError with code `config`, since it is
 * the config that is wrong; the message begins with `name:line:column`.
 */
export function renderGoText({ name, text, environment }: GoText): string {
  // Most configs of version 3, and most words of a command, hold none.
  if (!text.includes('{{')) return text;
  const engine = createGoEngine({
    environment,
    clock: systemClock,
    functions: CONFIG_FUNCTIONS,
    dot: textMap(environment),
  });
  try {
    const rendering = engine
      .compile(
        { name, text, folder: '' },
        { strict: false, allowControlCharacters: true, missingKey: 'zero' },
      )
      .render(() => undefined);
    if (rendering.error !== undefined) throw rendering.error;
    return rendering.text ?? '';
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    throw new AutotmplError('config', error.message, {
      cause: error,
      ...(error.advice === undefined ? {} : { advice: error.advice }),
    });
  }
}
