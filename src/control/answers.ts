import { describeError } from '../core/errors.ts';

/** What is answered to a request. */
export interface HttpAnswer {
  readonly status: number;
  /** With its own line feed at the end. */
  readonly body: string;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** JSON in one line. */
export function jsonAnswer(value: unknown, status = 200): HttpAnswer {
  return { status, body: `${JSON.stringify(value)}\n`, contentType: 'application/json' };
}

/** Plain text as it is. */
export function textAnswer(body: string, status = 200): HttpAnswer {
  return { status, body, contentType: 'text/plain; charset=utf-8' };
}

/** What a request is refused with: the status says what kind of fault it is, the message what is wrong. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** More for the one who asks: what is known, say. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    message: string,
    details: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly facts?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.headers = details.headers ?? {};
    this.facts = details.facts ?? {};
  }
}

/** The answer to a request that failed: what was refused says why, anything else is a defect of ours. */
export function failureAnswer(error: unknown): HttpAnswer {
  if (error instanceof Refusal) {
    const { status, message, facts, headers } = error;
    return { ...jsonAnswer({ error: message, ...facts }, status), headers };
  }
  return jsonAnswer({ error: describeError(error) }, 500);
}
