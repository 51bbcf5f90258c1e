/** The servers of each upstream in a configuration of nginx as the templates write it, sorted; without those that are marked down. */
export function upstreamsOf(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [, name = '', block = ''] of text.matchAll(/upstream (\S+) \{([^}]*)\}/g)) {
    const servers = [...block.matchAll(/^\s*server (\S+?)(?: [^;]*)?;/gm)]
      .filter(([line]) => !line.endsWith(' down;'))
      .map(([, place = '']) => place);
    found.set(name, servers.sort());
  }
  return found;
}

/** Whether so few are fewer than a guard leaves of so many. */
export function isEmptierThanAllowed(
  found: number,
  truth: number,
  maxRemovedPercent: number,
): boolean {
  return found < truth * (1 - maxRemovedPercent / 100);
}
