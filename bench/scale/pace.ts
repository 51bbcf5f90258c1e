/** How long each part of a measurement at scale takes, and how many changes are counted. */
export interface ScalePace {
  readonly settleMs: number;
  readonly idleWindowMs: number;
  readonly changes: number;
  readonly changeEveryMs: number;
}
