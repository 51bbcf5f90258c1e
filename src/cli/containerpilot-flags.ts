import { isOn, lastValue, type RawFlags } from '../config/raw-flags.ts';
import { AutotmplError } from '../core/errors.ts';
import { RENDER_CONFIG } from './flag-table.ts';
import type { ControlCommand } from './command-table.ts';
import type { ControlInvocation, RenderConfigInvocation, SettingsRequest } from './invocation.ts';

/**
 * What those flags ask for that are commands in ContainerPilot; of several the first in its own order. Throws an AutotmplError
 * (`usage`) where a value is none: ContainerPilot takes any word after `-maintenance` but `enable` for `disable`.
 */
export function askOf(
  raw: RawFlags,
  request: SettingsRequest,
): RenderConfigInvocation | ControlInvocation | undefined {
  if (isOn(raw, RENDER_CONFIG.name)) {
    return { command: 'renderConfig', ...request, out: lastValue(raw, 'out') ?? '-' };
  }
  if (raw.has('out')) {
    throw new AutotmplError('usage', '-out has a meaning only with a bare -template', {
      advice: 'add -template, or remove -out',
    });
  }
  const ask = (asked: ControlCommand, words: readonly string[] = []): ControlInvocation => ({
    command: 'control',
    ...request,
    ...{ asked, words, format: 'text', socket: undefined },
  });
  if (isOn(raw, 'reload')) return ask('reload');
  const mode = lastValue(raw, 'maintenance');
  if (mode !== undefined) return ask('maintenance', [maintenanceMode(mode)]);
  for (const question of ['putenv', 'putmetric'] as const) {
    const pairs = raw.get(question);
    if (pairs !== undefined) return ask(question, pairs.map(pair));
  }
  return isOn(raw, 'ping') ? ask('ping') : undefined;
}

function maintenanceMode(word: string): string {
  if (word === 'enable' || word === 'disable') return word;
  throw new AutotmplError(
    'usage',
    `-maintenance: expected enable or disable, found ${JSON.stringify(word)}`,
  );
}

/** The value may be a secret, and is not shown. */
function pair(text: string): string {
  if (/^[^=]+=/.test(text)) return text;
  throw new AutotmplError(
    'usage',
    `flag value '${text.includes('=') ? '=…' : text}' was not in the format 'key=val'`,
  );
}
