import { AutotmplError } from '../core/errors.ts';
import type { Complaint, TextFormat } from '../output/format/format.ts';
import { faultFinderOf } from '../output/format/index.ts';
import { createMask } from '../output/mask.ts';
import { printable } from '../output/printable.ts';
import type { Publication } from './publisher.ts';
import { settle, type Step } from './step.ts';

/** What the formats are called. */
const NAMES: Readonly<Record<TextFormat, string>> = {
  json: 'JSON',
  yaml: 'YAML',
  toml: 'TOML',
  ini: 'INI',
  xml: 'XML',
  nginx: 'a config of nginx',
};
/** A longer line is cut around the place that is meant. */
const MOST_CHARACTERS = 120;

/** Holds a step whose text is not of the format that its target names; returns whether it does. */
export async function refuseByFormat(step: Step): Promise<boolean> {
  const error = await formatRefusal(step.publication);
  if (error === undefined) return false;
  await settle(step, { outcome: 'held', by: 'check', error });
  return true;
}

/** Why a text is not of the format that its target names; undefined where it is, or none is named. */
export async function formatRefusal(publication: Publication): Promise<AutotmplError | undefined> {
  const { target, text } = publication;
  const { format, label } = target;
  if (format === undefined) return undefined;
  const complaint = (await faultFinderOf(format))(text);
  if (complaint === undefined) return undefined;
  const { line, column, what } = complaint;
  const place = `line ${line}, column ${column}: ${what}`;
  const message = `${label} would not be ${NAMES[format]}: ${place}${excerpt(publication, complaint)}`;
  const advice = 'correct the template, or what it printed there';
  return new AutotmplError('check', message, { advice });
}

/** The line itself, as far as it may be shown. */
function excerpt({ target, text, secrets }: Publication, { line, column }: Complaint): string {
  if (target.secret) return '';
  const whole = createMask(secrets)(text).split('\n')[line - 1]?.trimEnd() ?? '';
  const start = Math.max(0, Math.min(column - 1, whole.length) - MOST_CHARACTERS / 2);
  const shown = whole.slice(start, start + MOST_CHARACTERS).trim();
  const [before, after] = [start > 0, start + MOST_CHARACTERS < whole.length];
  return shown === '' ? '' : `, in ${before ? '…' : ''}${printable(shown)}${after ? '…' : ''}`;
}
