import { nearest } from '../core/nearest.ts';
import { Refusal, jsonAnswer } from './answers.ts';
import type { Controlled, TargetStatus } from './controlled.ts';
import { kindOf, readObject } from './request-body.ts';
import type { Route } from './routes.ts';

/** More files than this are not listed in a sentence. */
const MOST_LISTED = 5;

/** Has a file that guards hold take what they refused, and one that its check or a rollback holds try again, once. */
export function releaseRoute(controlled: Controlled): Route {
  return {
    method: 'POST',
    paths: ['/v1/targets/release'],
    summary:
      'has a file that is held take what is there now, but not what comes later, or try it again: {"target": "nginx.conf"}',
    answer: async ({ request }) => {
      const name = nameOf(new Map(await readObject(request)).get('target'));
      const released = controlled.release(name);
      if (released?.outcome === 'released') {
        return jsonAnswer({ updated: true, target: released.label });
      }
      if (released?.outcome === 'triedAgain') {
        return jsonAnswer({ updated: true, target: released.label, triedAgain: true });
      }
      if (released?.outcome === 'notHeld') throw new Refusal(409, whyNot(released.target));
      throw unknown(name, controlled.files()?.targets ?? []);
    },
  };
}

function nameOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Refusal(
    422,
    `target: expected a file's name, found ${value === '' ? 'none' : kindOf(value)}`,
  );
}

function whyNot({ label, state, heldBy, reason }: TargetStatus): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  switch (state) {
    case 'current':
      return `${label} is not held: it is as it should be`;
    case 'waiting':
      return `${label} is not held: it waits${why}`;
    case 'failing':
      return `${label} is not held: it fails${why}`;
    case 'held':
      return `${label} is held by its ${heldBy ?? 'group'}${why}; release the one that is to blame`;
  }
}

function unknown(name: string, targets: readonly TargetStatus[]): Refusal {
  const known = targets.map(({ label }) => label);
  const close = nearest(name, known);
  const listed = known.length > MOST_LISTED ? 'autotmpl status lists all' : known.join(', ');
  const advice =
    close === undefined ? ` (${listed || 'none is kept true'})` : `; did you mean ${close}?`;
  return new Refusal(404, `there is no file ${JSON.stringify(name)}${advice}`, {
    facts: { targets: known },
  });
}
