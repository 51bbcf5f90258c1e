/** Makes the executable, and returns its path. */
export function buildStandalone(): Promise<string>;
