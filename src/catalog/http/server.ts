/** What a server is called in messages, and what helps where it does not answer. */
export interface ServerWords {
  /** `Consul`. */
  readonly name: string;
  /** What listens at its address: `agent`, `server`. */
  readonly role: string;
  /** Why it may close a new connection at once, as a phrase behind "as an agent does". */
  readonly limit: string;
  /** What to do where it wants fewer connections or questions. */
  readonly limitAdvice: string;
}
