import type { Environment } from '../../catalog/consul/environment.ts';
import { AutotmplError } from '../../core/errors.ts';
import { renderGoText } from '../../template/gotemplate/render-text.ts';

/** Renders a Go template over the variables of an environment. Throws an AutotmplError that tells line and column. */
export type RenderGoText = (request: {
  /** What the template is called in messages. */
  readonly name: string;
  readonly text: string;
  readonly environment: Readonly<Record<string, string>>;
}) => string;

/** The first thing that happens to a ContainerPilot config: it is a Go template over the environment. A text without actions stays as it is. */
export function renderConfigText(
  name: string,
  text: string,
  environment: Environment,
  render: RenderGoText = renderGoText,
): string {
  if (!text.includes('{{')) return text;
  try {
    return render({ name, text, environment: variables(environment) });
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    const { message, advice } = error;
    throw new AutotmplError('containerpilotConfig', message, {
      cause: error,
      ...(advice !== undefined && { advice }),
    });
  }
}

/** Those that are set. */
export function variables(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}
