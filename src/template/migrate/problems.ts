import type { Position } from '../engine.ts';

/** Something of a template that could not be carried over as it is. */
export interface MigrationProblem {
  readonly position: Position;
  /** The piece of the template that it is about, on one line. */
  readonly excerpt: string;
  /** A whole sentence. */
  readonly reason: string;
  /**
   * `lost`: there is no counterpart, and what was written in its place is not the same. `uncertain`: it is the same for some values
   * and not for others, and which ones there are is known only when both are rendered.
   */
  readonly gravity: 'lost' | 'uncertain';
}

/** Takes problems down as they are found, each with the place of the node that it is about. */
export interface ProblemBook {
  lost(node: { readonly start: number; readonly end: number }, reason: string): void;
  uncertain(node: { readonly start: number; readonly end: number }, reason: string): void;
}
