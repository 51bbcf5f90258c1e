/** Makes the executable, and returns its path. */
export function buildStandalone(): Promise<string>;
/** Makes it unless it is newer than everything that it is made of, once for all processes that want it, and returns its path. */
export function ensureStandalone(): Promise<string>;
