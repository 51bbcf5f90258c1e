import type { Environment } from '../../catalog/consul/environment.ts';
import { AutotmplError } from '../../core/errors.ts';

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
  render: RenderGoText | undefined,
): string {
  if (!text.includes('{{')) return text;
  if (render === undefined) {
    throw new AutotmplError('containerpilotConfig', `${name}: Go templates are not supported yet`);
  }
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
