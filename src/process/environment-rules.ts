/** Which variables a process gets of those that we have, as consul-template's `env` says it. */
export interface EnvironmentRules {
  /** It inherits none. */
  readonly pristine: boolean;
  /** `NAME=VALUE`: what it gets in any case. */
  readonly custom: readonly string[];
  /** Patterns of names; empty: it inherits all. */
  readonly allowlist: readonly string[];
  /** Patterns of names that it does not inherit; stronger than the other list. */
  readonly denylist: readonly string[];
}

/** Applies rules to an environment. In a pattern `*` stands for any characters, and `?` for one. */
export function applyEnvironmentRules(
  environment: Readonly<Record<string, string>>,
  { pristine, custom, allowlist, denylist }: EnvironmentRules,
): Record<string, string> {
  const [allowed, denied] = [allowlist.map(patternOf), denylist.map(patternOf)];
  const inherited = Object.entries(environment).filter(
    ([name]) =>
      !pristine &&
      (allowed.length === 0 || allowed.some((pattern) => pattern.test(name))) &&
      !denied.some((pattern) => pattern.test(name)),
  );
  const given = custom.map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  return Object.fromEntries([...inherited, ...given]);
}

function patternOf(glob: string): RegExp {
  const source = glob.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
