/** The parts of a metric's name, as configs have them. */
interface NameParts {
  readonly namespace?: unknown;
  readonly subsystem?: unknown;
  readonly name?: unknown;
}

/**
 * Says why a metric cannot have its name, of one after the other: Prometheus takes letters, digits, underscores and colons, and each name
 * once (https://prometheus.io/docs/concepts/data_model/). Undefined where it can.
 */
export function metricNames(): (parts: NameParts) => string | undefined {
  const taken = new Set<string>();
  return ({ namespace, subsystem, name }) => {
    const whole = [namespace, subsystem, name]
      .filter((part) => typeof part === 'string' && part !== '')
      .join('_');
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(whole)) {
      return `${JSON.stringify(whole)} cannot be the name of a metric`;
    }
    if (taken.has(whole)) return `the metric ${whole} is there twice`;
    taken.add(whole);
    return undefined;
  };
}
