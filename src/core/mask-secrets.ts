/** A secret's length is nobody's business either. */
const hidden = (): string => '********';

/** A word that says that what follows should not be read by everybody. */
const CALLED = String.raw`["']?[\w-]*(?:token|secret|passw(?:or)?d|api[_-]?key|credential)[\w-]*["']?`;

/** Where secrets stand: each pattern matches what leads to one, and the secret. */
const PLACES: readonly RegExp[] = [
  // An address: user:password@host.
  /([a-z][a-z\d+.-]*:\/\/)([^\s/?#"']+)(?=@)/gi,
  // JSON and its kin: what stands in quotes behind the name.
  new RegExp(String.raw`(${CALLED}\s*:\s*")((?:\\.|[^"\\])+)`, 'gi'),
  new RegExp(String.raw`(${CALLED}\s*:\s*')((?:\\.|[^'\\])+)`, 'gi'),
  // Parameters, flags and headers: name=value, --name=value, Name: value.
  new RegExp(String.raw`(${CALLED}\s*[=:]\s*)([^\s"'&;,{[\]}]+)`, 'gi'),
  /(\bauthorization\s*[=:]\s*(?:basic|bearer)?\s*)([^\s"']+)/gi,
];

/**
 * A text without what looks like a secret in it: the user's part of addresses, and what is called a token, a secret, a password, a key or a
 * credential. For texts of users that are shown to people. A secret that nothing is called by is not known. `mask` is what is put in the place of one.
 */
export function maskSecrets(text: string, mask: (secret: string) => string = hidden): string {
  return PLACES.reduce(
    (masked, place) =>
      masked.replace(place, (_, before: string, secret: string) => before + mask(secret)),
    text,
  );
}

const FLAG_OF_SECRET = new RegExp(`^--?${CALLED}$`, 'i');

/** A command without what looks like a secret in it; of a list of words also the word behind a flag that is called like one. */
export function maskCommand(
  command: string | readonly string[] | undefined,
): string | readonly string[] | undefined {
  if (command === undefined || typeof command === 'string') return command && maskSecrets(command);
  return command.map((word, at) =>
    FLAG_OF_SECRET.test(command[at - 1] ?? '') ? hidden() : maskSecrets(word),
  );
}

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Whether a private key is in a text, whatever it is called by. */
export function holdsPrivateKey(text: string): boolean {
  return PRIVATE_KEY.test(text);
}

/** What variables and keys are called that hold a secret; `key` and `auth` count here, where a whole name is looked at. */
const NAME_OF_SECRET = /token|secret|pass|key|credential|auth/i;

/** Values by their names, without those that are called like a secret, and without what looks like one in the others. */
export function maskNamed(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      NAME_OF_SECRET.test(name) ? hidden() : maskSecrets(value),
    ]),
  );
}
