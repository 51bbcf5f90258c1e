import { queryId, type Query, type QueryKind } from '../catalog/query.ts';
import { freezeValue, type KeyPair, type Value } from '../catalog/values.ts';
import { holdsPrivateKey } from '../core/mask-secrets.ts';
import { createMask } from '../output/mask.ts';

/** What stands in a recording where a secret was. */
export const MASKED = 'masked-by-autotmpl';

/** An answer without its secrets. */
export interface MaskedAnswer {
  readonly value: Value;
  /** What was masked in it and why, for people; undefined: nothing. */
  readonly why: string | undefined;
}

/** Says what is a secret beside what templates mark. */
export interface MaskingRules {
  /** Paths of keys; `*` stands for any characters. */
  readonly keys: readonly string[];
}

/** The last word of a key's path says what it is. */
const SECRET_NAME =
  /(?:^|[/_.-])(?:password|passwd|passphrase|secret|token|credentials?|private[_-]?key|api[_-]?key)$/i;
const BY_TEMPLATE = 'texts that a template marks as secret';

/**
 * Takes the secrets out of an answer: all that Vault says and that Nomad's variables hold, private keys, keys whose names say it or that
 * the rules name, and `secrets`, the texts that templates mark. Undefined for an answer to a query that has a secret in its name.
 */
export function maskAnswer(
  query: Query,
  value: Value,
  secrets: ReadonlySet<string>,
  rules: MaskingRules,
): MaskedAnswer | undefined {
  const mask = createMask(secrets, MASKED);
  if (mask(queryId(query)) !== queryId(query)) return undefined;
  const whole = WHOLE_SECRETS[query.kind];
  const reasons = new Set<string>();
  const note = (why: string): void => void reasons.add(why);
  const masked = mapLeaves(value, (leaf, path) => {
    const isWhole = whole?.has(path) === true && leaf !== '';
    if (typeof leaf === 'number') {
      if (!(isWhole && path[0] === 'Data') && !secrets.has(String(leaf))) return leaf;
      note(isWhole ? whole.why : BY_TEMPLATE);
      return 0;
    }
    if (isWhole || holdsPrivateKey(leaf)) {
      note(isWhole ? whole.why : 'private keys');
      return MASKED;
    }
    const shown = mask(leaf);
    if (shown !== leaf) note(BY_TEMPLATE);
    return shown;
  });
  const named = maskKeys(query, masked, rules);
  for (const why of named.reasons) reasons.add(why);
  const why = reasons.size === 0 ? undefined : [...reasons].join(', ');
  return { value: freezeValue(named.value) as Value, why };
}

/** A part of an answer that is a secret, whatever it says. */
interface WholeSecret {
  readonly has: (path: readonly string[]) => boolean;
  readonly why: string;
}

const VAULT: WholeSecret = { has: () => true, why: 'all that Vault says' };

const WHOLE_SECRETS: Partial<Readonly<Record<QueryKind, WholeSecret>>> = {
  vaultRead: VAULT,
  vaultWrite: VAULT,
  vaultPki: VAULT,
  nomadVar: { has: ([first]) => first === 'Items', why: 'the items of a variable' },
  caLeaf: { has: ([first]) => first === 'PrivateKeyPEM', why: 'its private key' },
};

/** Values of keys by the names of the keys. */
function maskKeys(
  query: Query,
  value: unknown,
  { keys }: MaskingRules,
): { readonly value: unknown; readonly reasons: ReadonlySet<string> } {
  const reasons = new Set<string>();
  const maskPair = (pair: KeyPair): KeyPair => {
    const byRule = keys.some((pattern) => patternOf(pattern).test(pair.Path));
    if (pair.Value === '' || (!byRule && !SECRET_NAME.test(pair.Path))) return pair;
    reasons.add(byRule ? 'keys that -mask names' : 'keys whose names say that they are secret');
    return { ...pair, Value: MASKED };
  };
  if (value === null || (query.kind !== 'key' && query.kind !== 'tree')) return { value, reasons };
  const masked =
    query.kind === 'key'
      ? maskPair(value as KeyPair)
      : (value as readonly KeyPair[]).map((pair) => maskPair(pair));
  return { value: masked, reasons };
}

function patternOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

function mapLeaves(
  value: unknown,
  change: (leaf: string | number, path: readonly string[]) => string | number,
  path: readonly string[] = [],
): unknown {
  if (typeof value === 'string' || typeof value === 'number') return change(value, path);
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, change, path));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mapLeaves(item, change, [...path, name])]),
  );
}
