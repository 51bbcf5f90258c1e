import type { Environment } from '../../catalog/consul/environment.ts';
import { AutotmplError } from '../../core/errors.ts';
import { renderGoText } from '../../template/gotemplate/render-text.ts';

/** The first thing that happens to a ContainerPilot config: it is a Go template over the environment. A text without actions stays as it is. Throws an AutotmplError (`containerpilotConfig`) that tells line and column. */
export function renderConfigText(name: string, text: string, environment: Environment): string {
  if (!text.includes('{{')) return text;
  try {
    return renderGoText({ name, text, environment });
  } catch (error) {
    if (!(error instanceof AutotmplError)) throw error;
    const { message, advice } = error;
    throw new AutotmplError('containerpilotConfig', message, {
      cause: error,
      ...(advice !== undefined && { advice }),
    });
  }
}
