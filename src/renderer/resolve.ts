import type { AutotmplError } from '../core/errors.ts';
import type { Missing, Recall, Rendering, Template } from '../template/engine.ts';

/** What one pass over a template amounts to. */
export type Resolution =
  /** Something has to come first. */
  | {
      readonly kind: 'incomplete';
      readonly rendering: Rendering;
      readonly missing: readonly Missing[];
    }
  /** Everything is there, and the template fails all the same. */
  | {
      readonly kind: 'failed';
      readonly rendering: Rendering;
      readonly error: AutotmplError | Error;
    }
  /** The text that the file shall have. */
  | { readonly kind: 'complete'; readonly rendering: Rendering; readonly text: string };

/** Renders from memory. While something is missing, an error only means not ready. */
export function resolve(template: Template, recall: Recall): Resolution {
  const rendering = template.render(recall);
  if (rendering.missing.size > 0) {
    return { kind: 'incomplete', rendering, missing: [...rendering.missing.values()] };
  }
  if (rendering.text === undefined) {
    const error =
      rendering.error ?? new Error(`the template ${template.name} gave neither text nor error`);
    return { kind: 'failed', rendering, error };
  }
  return { kind: 'complete', rendering, text: rendering.text };
}
