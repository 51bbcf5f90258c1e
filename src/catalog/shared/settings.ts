/** How instances with the same template share their answers. */
export interface SharingSettings {
  /** Keys begin with it, where they meet. */
  readonly prefix: string;
  /** A leader that says nothing for so long loses its place; the catalog may take up to twice the time. */
  readonly ttlMs: number;
}
