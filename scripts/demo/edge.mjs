import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = join(ROOT, 'examples/nginx');
const STEP_WITHIN_MS = 15_000;

/** What the reload command says: the demo needs no nginx. */
export const RELOAD = 'nginx would reload now';

const CONFIG = `catalog: { file: catalog.yaml }
templates:
  - source: nginx.conf.njk
    destination: nginx.conf
    command: echo ${RELOAD}
    guard: { neverEmpty: [sales, customers] }
`;

/** autotmpl as a child, in a folder of its own with the example's template and catalog. */
export class Edge {
  #folder;
  #child;
  #watcher;
  #onChange = () => {};
  #stderr = '';
  /** Log records so far, as autotmpl writes them with -log-format json. */
  #log = [];

  async start() {
    this.#folder = await mkdtemp(join(tmpdir(), 'autotmpl-demo-'));
    for (const name of ['nginx.conf.njk', 'catalog.yaml']) {
      await copyFile(join(EXAMPLE, name), join(this.#folder, name));
    }
    await writeFile(join(this.#folder, 'autotmpl.yaml'), CONFIG);
    this.#watcher = watch(this.#folder, () => this.#onChange());
    const flags = ['-config', 'autotmpl.yaml', '-log-format', 'json'];
    this.#child = spawn(process.execPath, [join(ROOT, 'bin/autotmpl.js'), ...flags], {
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.once('close', () => this.#onChange());
    createInterface({ input: this.#child.stderr }).on('line', (line) => {
      this.#stderr += `${line}\n`;
      if (line.startsWith('{')) this.#log.push(JSON.parse(line));
      this.#onChange();
    });
  }

  read(name) {
    return readFile(join(this.#folder, name), 'utf8').catch(() => '');
  }

  /** A message with paths as a reader of the demo knows them. */
  withoutFolder(message) {
    return message.replaceAll(`${this.#folder}/`, '');
  }

  /** Changes the catalog as an editor does, by a new file under the old name. */
  async edit(text) {
    const draft = join(this.#folder, 'catalog.draft');
    await writeFile(draft, text);
    await rename(draft, join(this.#folder, 'catalog.yaml'));
  }

  /** Waits until `found` gives something true; it is asked again whenever a file or the log changes. */
  async until(found, what) {
    const deadline = AbortSignal.timeout(STEP_WITHIN_MS);
    deadline.addEventListener('abort', () => this.#onChange());
    for (;;) {
      const changed = new Promise((resolve) => (this.#onChange = resolve));
      const result = await found();
      if (result) return result;
      if (!this.#isRunning || deadline.aborted) {
        throw new Error(
          `${deadline.aborted ? 'gave up' : 'autotmpl ended'} before ${what}:\n${this.#stderr}`,
        );
      }
      await changed;
    }
  }

  /** The next log record that `matches`. Records are taken: what was seen once is not found again. */
  nextRecord(matches, what) {
    return this.until(() => {
      const at = this.#log.findIndex(matches);
      return at >= 0 && this.#log.splice(0, at + 1).at(-1);
    }, what);
  }

  async stop() {
    this.#watcher?.close();
    if (this.#isRunning) {
      const closed = new Promise((resolve) => this.#child.once('close', resolve));
      this.#child.kill('SIGTERM');
      await closed;
    }
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  get #isRunning() {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }
}
