import { maskCommand, maskNamed, maskSecrets } from '../core/mask-secrets.ts';
import type { DescribedRow } from './describe-supervisor.ts';

const MASK = '********';

/** Keys whose values are commands: texts for a shell, or lists of words. */
const COMMANDS: ReadonlySet<string> = new Set([
  ...['exec', 'command', 'check', 'preStart', 'preStop', 'postStop'],
]);

/** The value of a row as it may be shown: without secrets, and without what looks like one in commands, addresses and variables. */
export function concealed({ key, value, secret = false }: DescribedRow): unknown {
  return secret ? MASK : concealedValue(key, value);
}

function concealedValue(key: string, value: unknown): unknown {
  if (key === 'password') return MASK;
  if (key === 'http' && typeof value === 'string') return maskSecrets(value);
  if (COMMANDS.has(key)) return maskCommand(value as string | readonly string[]);
  if (Array.isArray(value)) return value.map((item) => concealedValue('', item));
  if (typeof value !== 'object' || value === null) return value;
  if (key === 'env') return maskNamed(value as Record<string, string>);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, concealedValue(name, inner)]),
  );
}
