import { AutotmplError, describeError } from '../../core/errors.ts';
import { renderConfigText } from './template-step.ts';

/** The words of a main command, ready to be started. */
export interface MainArguments {
  readonly words: readonly string[];
  /** Why the words stayed as they were written. */
  readonly complaint?: string;
}

/**
 * Renders each word of a main command of ContainerPilot 2 as a Go template over the environment that the command is started with, which
 * has the addresses of its services in it. Where one fails, all stay as they were written.
 */
export function renderMainArguments(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): MainArguments {
  try {
    return {
      words: words.map((word, index) =>
        renderConfigText(`word ${index + 1} of the main command`, word, environment),
      ),
    };
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    return { words, complaint: describeError(error) };
  }
}
