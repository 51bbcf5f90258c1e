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

/** The rules of what is inherited. */
export type InheritanceRules = Omit<EnvironmentRules, 'custom'>;

/** Applies rules to an environment: what is inherited of it, and what is given in any case. */
export function applyEnvironmentRules(
  environment: Readonly<Record<string, string>>,
  { custom, ...rules }: EnvironmentRules,
): Record<string, string> {
  return { ...inherit(environment, rules), ...givenVariables(custom) };
}

/** What the rules leave of an environment. In a pattern `*` stands for any characters, and `?` for one. */
export function inherit(
  environment: Readonly<Record<string, string>>,
  { pristine, allowlist, denylist }: InheritanceRules,
): Record<string, string> {
  const [allowed, denied] = [allowlist.map(patternOf), denylist.map(patternOf)];
  const inherited = Object.entries(environment).filter(
    ([name]) =>
      !pristine &&
      (allowed.length === 0 || allowed.some((pattern) => pattern.test(name))) &&
      !denied.some((pattern) => pattern.test(name)),
  );
  return Object.fromEntries(inherited);
}

/** `NAME=VALUE`, as variables. */
export function givenVariables(custom: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    custom.map((pair): [string, string] => {
      const equals = pair.indexOf('=');
      return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function patternOf(glob: string): RegExp {
  const source = glob.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
