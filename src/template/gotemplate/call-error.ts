/** Why a built-in function cannot do its work, in Go's words; types instead of values, since a value may be a secret. */
export class CallError extends Error {}
