import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scene } from '../support/scene.ts';

const SECRET = 'hunter2-is-no-password';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
  scene.write('catalog.yaml', `keys: {db: {password: ${SECRET}, port: "5432"}}\n`);
});
afterEach(() => scene.close());

const start = (...templates: Readonly<Record<string, unknown>>[]) =>
  scene.start({ catalog: { file: 'catalog.yaml' }, log: { level: 'trace' }, templates });

describe('what a command prints', () => {
  it('is logged with the secrets of all files masked, however they are written', async () => {
    const other = {
      contents: 'password={{ key("db/password") | secret }}\n',
      destination: 'db.env',
    };
    const program = start(other, {
      contents: 'port={{ key("db/port") }}\n',
      destination: 'app.env',
      command:
        'until [ -e db.env ]; do :; done; cat app.env db.env; base64 -w0 db.env; cat db.env >&2; exit 3',
    });
    await program.logs(/ended with exit code 3/);
    const base64 = Buffer.from(SECRET).toString('base64').slice(0, 12);
    expect(program.stderr).toContain('port=5432');
    expect(program.stderr).toContain('password=********');
    expect(program.stderr).not.toContain(SECRET);
    expect(program.stderr).not.toContain(base64);
  });

  it('is not logged where the file is secret as a whole, and that is said', async () => {
    const program = start({
      contents: 'password={{ key("db/password") }}\n',
      destination: 'db.env',
      secret: true,
      command: 'cat db.env; cat db.env >&2',
    });
    await program.logs(/is not logged, since db\.env is secret/);
    await program.logs(/"done: /);
    expect(program.stderr).not.toContain('hunter2');
  });
});
