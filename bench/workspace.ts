import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Contender, Rendering } from './contender.ts';

/** One fact that a template prints. */
export interface Fact {
  readonly kind: 'key' | 'service';
  readonly name: string;
}

/** A folder of templates and what is rendered from them; `remove` it. */
export class Workspace {
  readonly #folder: string;
  #outputs = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<Workspace> {
    return new Workspace(await mkdtemp(join(tmpdir(), 'autotmpl-bench-')));
  }

  /** Writes a template for each fact, and names a destination for each in a new, empty folder. */
  async prepare(contender: Contender, facts: readonly Fact[]): Promise<Rendering[]> {
    return this.prepareSources(
      contender,
      facts.map(({ kind, name }) =>
        kind === 'key' ? contender.keyTemplate(name) : contender.serviceTemplate(name),
      ),
    );
  }

  /** As {@link prepare}, with the templates' text. */
  async prepareSources(contender: Contender, texts: readonly string[]): Promise<Rendering[]> {
    const sources = join(this.#folder, `${contender.name}-sources`);
    await mkdir(sources, { recursive: true });
    const renderings = await this.freshDestinations(
      texts.map((_, index) => join(sources, `${index}${contender.extension}`)),
    );
    for (const [index, text] of texts.entries()) {
      await writeFile(renderings[index]?.source ?? '', text);
    }
    return renderings;
  }

  /** The same sources with destinations in another empty folder, so that every run writes every file. */
  async freshDestinations(sources: readonly string[]): Promise<Rendering[]> {
    const outputs = join(this.#folder, `output-${this.#outputs++}`);
    await mkdir(outputs);
    return sources.map((source, index) => ({ source, destination: join(outputs, `${index}.txt`) }));
  }

  /** The path of a file of a scenario's own; it is not made. */
  at(name: string): string {
    return join(this.#folder, name);
  }

  async remove(): Promise<void> {
    // A program that is about to be ended may write once more.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How many of the files are there and not empty. */
export async function renderedCount(renderings: readonly Rendering[]): Promise<number> {
  let rendered = 0;
  for (const { destination } of renderings) {
    if (existsSync(destination) && (await readFile(destination, 'utf8')) !== '') rendered++;
  }
  return rendered;
}
