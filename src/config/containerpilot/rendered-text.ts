import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AutotmplError, systemCode } from '../../core/errors.ts';
import type { ConfigSources } from '../read-config.ts';
import { renderConfigText } from './template-step.ts';

/** The text of the one config that is given, after its template step and before anything looks at it. */
export async function renderedConfigText(sources: ConfigSources): Promise<string> {
  const { name, text } = sources.configText ?? (await readOnly(sources));
  return renderConfigText(name, text, sources.environment);
}

async function readOnly({
  configPaths,
  cwd,
}: ConfigSources): Promise<{ name: string; text: string }> {
  const [written, another] = configPaths;
  if (written === undefined || another !== undefined) {
    throw new AutotmplError(
      'usage',
      '-template without a value prints one config, the one of -config',
      {
        advice: 'give exactly one',
      },
    );
  }
  const name = written.replace(/^file:\/\//, '');
  try {
    return { name, text: await readFile(resolve(cwd, name), 'utf8') };
  } catch (error) {
    const why = systemCode(error) ?? String(error);
    throw new AutotmplError('containerpilotConfig', `${name}: cannot be read (${why})`, {
      cause: error,
    });
  }
}
