import type { AutotmplError } from '../core/errors.ts';
import type { SideFile } from '../template/engine.ts';
import type { Target } from './target.ts';

/** A text that a target shall have. */
export interface Publication {
  readonly target: Target;
  readonly text: string;
  /** Texts in it that must not be shown. */
  readonly secrets: ReadonlySet<string>;
  /** What is written with it. */
  readonly files: readonly SideFile[];
  /** Somebody asked for it: what was refused before is looked at again. */
  readonly anew?: boolean;
  /** Whether another text is about to take its place, so that what took its time need not be put in place any more. */
  readonly isOvertaken?: () => boolean;
}

/** What became of a publication. */
export type Published =
  /** The text was there already; `commandOwed`: but its command never succeeded on it. */
  | { readonly outcome: 'unchanged'; readonly commandOwed: boolean }
  /** `files` are those that were replaced: the target's own, by its label, and side files by their paths. */
  | { readonly outcome: 'written'; readonly files: readonly string[] }
  /** Nothing was written, since this run only shows; the file would have changed. */
  | { readonly outcome: 'shown' }
  | { readonly outcome: 'failed'; readonly error: AutotmplError }
  /** The text is whole and was not put in place: the old file stays until the data changes. `again`: what held it said nothing of the text, and is worth another try. */
  | {
      readonly outcome: 'held';
      readonly by: 'check' | 'group' | 'rollback';
      readonly error: AutotmplError;
      readonly again?: boolean;
      /** The old file's command never succeeded on it. */
      readonly commandOwed?: boolean;
    }
  /** Nothing was written, since another text is about to take its place. */
  | { readonly outcome: 'overtaken' }
  /** It was told to stop before that was decided. Nothing was written. */
  | { readonly outcome: 'stopped' };

/** What became of some publications. */
export type Landed = ReadonlyMap<Publication, Published>;

/** Publications that are put in place together, and whose checks are under way: these may take their time. */
export interface Lane {
  readonly publications: readonly Publication[];
  /** What became of them, once that is known. */
  readonly landed: Promise<Landed>;
}

/** How far a batch has come: each of its publications has landed, or is in one of the lanes. */
export interface Publishing {
  readonly landed: Landed;
  readonly lanes: readonly Lane[];
}

/** Brings texts to where they belong: files, standard output, or a diff for people. */
export interface Publisher {
  /** Makes ready before the first publication. */
  open(targets: readonly Target[]): Promise<void>;
  /**
   * Publishes a batch: every file of it is written before any of its outcomes is known, apart from those whose checks are under way, for which it does not
   * wait. Until they have landed, none of their targets may be in another batch. When the signal aborts, nothing is waited for that others do.
   */
  publish(batch: readonly Publication[], signal: AbortSignal): Promise<Publishing>;
}
