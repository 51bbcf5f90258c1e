/** What one look at something found. */
export interface Sight {
  readonly ok: boolean;
  /** What was asked and what came of it, on one line; neither a password nor a parameter of an address is in it. */
  readonly said: string;
  /** What was answered beside that, for people; it may hold anything. */
  readonly more?: string;
}
