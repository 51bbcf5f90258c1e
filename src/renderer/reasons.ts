/** No log line names more. */
const MOST_SAID = 5;

/** Why a target is rendered: queries whose answers changed, or somebody who asked for it. A text that comes to nothing leaves the reasons as they were. */
export class Reasons {
  /** Queries whose answers changed since the last complete rendering. */
  #changes = new Set<string>();
  #isAskedFor = false;
  /** Those that the last complete rendering was made for. */
  #taken: readonly string[] = [];

  /** Queries that the last text was made for. */
  get taken(): readonly string[] {
    return this.#taken;
  }

  /** Whether answers changed since the last text. */
  get areThere(): boolean {
    return this.#changes.size > 0;
  }

  /** An answer changed. */
  changed(id: string): void {
    this.#changes.add(id);
  }

  /** Somebody asks for it, though no answer changed. */
  askFor(): void {
    this.#isAskedFor = true;
  }

  /** A change is none that a text could be made for any more; returns whether it was one. */
  forget(id: string): boolean {
    return this.#changes.delete(id);
  }

  /** There is a text, made for all of them; returns whether somebody asked for it. */
  take(): { readonly anew: boolean } {
    const anew = this.#isAskedFor;
    this.#taken = [...this.#changes];
    this.#changes = new Set();
    this.#isAskedFor = false;
    return { anew };
  }

  /** The text came to nothing; `anew`: whoever asked for it asks for the next as well. */
  giveBack({ anew = false }: { readonly anew?: boolean } = {}): void {
    this.#changes = new Set([...this.#taken, ...this.#changes]);
    this.#isAskedFor ||= anew;
  }

  /** Says what the last text was made for; `otherwise` where no answer changed. */
  sentence(otherwise: string): string {
    return this.#taken.slice(0, MOST_SAID).join(', ') || otherwise;
  }
}
