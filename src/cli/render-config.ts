import { writeFile } from 'node:fs/promises';
import { renderedConfigText } from '../config/containerpilot/rendered-text.ts';
import { AutotmplError, systemCode } from '../core/errors.ts';
import type { RenderConfigInvocation } from './invocation.ts';
import { sourcesOf } from './sources.ts';

/** Prints a ContainerPilot config after its template step, or writes it to a file; returns what is to be printed. */
export async function renderConfig(invocation: RenderConfigInvocation): Promise<string> {
  const text = await renderedConfigText(sourcesOf(invocation));
  const path = invocation.out.replace(/^file:\/\//, '');
  if (path === '' || path === '-') return text;
  try {
    await writeFile(path, text, { mode: 0o644 });
  } catch (error) {
    throw new AutotmplError(
      'output',
      `-out ${path}: cannot be written (${systemCode(error) ?? String(error)})`,
      { cause: error },
    );
  }
  return '';
}
