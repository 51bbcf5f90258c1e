/** Where secrets are looked for: in texts that anybody may come to see, in every form that they may take there. */
export class SecretSearch {
  readonly #needles = new Map<string, string>();
  readonly #found: string[] = [];

  /** `secrets`: by what people call them. */
  constructor(secrets: Readonly<Record<string, string>>) {
    for (const [name, secret] of Object.entries(secrets)) {
      for (const [form, text] of formsOf(secret)) this.#needles.set(text, `${name} (${form})`);
    }
  }

  /** Looks through a text; what it is called tells where a find was. */
  look(where: string, text: string): void {
    for (const [needle, what] of this.#needles) {
      const at = text.indexOf(needle);
      if (at !== -1)
        this.#found.push(`${what} in ${where}: …${text.slice(Math.max(0, at - 80), at)}`);
    }
  }

  /** What was found so far. */
  get found(): readonly string[] {
    return this.#found;
  }
}

/** What a secret is written as, made here and not by the program's own mask. */
function* formsOf(secret: string): Generator<readonly [form: string, text: string]> {
  const bytes = Buffer.from(secret);
  yield ['plain', secret];
  for (const shift of [0, 1, 2]) {
    // In the midst of other text: the characters that its neighbours have no part in.
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    yield [`base64 at ${shift}`, whole.slice(shift === 0 ? 0 : shift + 1, -2)];
  }
  yield ['base64url', bytes.toString('base64url').slice(0, -2)];
  yield ['hex', bytes.toString('hex')];
  yield ['HEX', bytes.toString('hex').toUpperCase()];
  yield ['JSON', JSON.stringify(secret).slice(1, -1)];
  yield ['URL', encodeURIComponent(secret)];
}
