import type { Template } from '../engine.ts';
import { readsOf } from '../reads/analysis.ts';
import { NotFollowed } from '../reads/part.ts';
import { Readings } from '../reads/reading.ts';
import { includedBy } from './declarations.ts';
import type { SyntaxNode } from './syntax-node.ts';
import type { CompiledTemplate } from './template.ts';
import { walkThrough } from './walk.ts';

/** Finds what was compiled with a template by its name in a tag; undefined where it was not there then. */
export type FindIncluded = (
  name: string,
  including: CompiledTemplate,
) => CompiledTemplate | undefined;

/** What the templates of one engine read of answers. */
export class TemplateReads {
  readonly #readings = new Readings();
  /** Of what is included: others may include it as well. */
  readonly #trees = new WeakMap<CompiledTemplate, SyntaxNode>();

  /** What a template reads, with all that it includes. */
  of(template: CompiledTemplate, find: FindIncluded): Template['reads'] {
    return readsOf(this.#readings, { measures: false }, (analysis) =>
      walkThrough(this.#program(template, find), analysis),
    );
  }

  /** The syntax trees of a template and of all that it includes, as they were when they were compiled. */
  #program(template: CompiledTemplate, find: FindIncluded): readonly SyntaxNode[] {
    const trees = new Map<CompiledTemplate, SyntaxNode>();
    const add = (one: CompiledTemplate): void => {
      if (trees.has(one)) return;
      const tree = this.#trees.get(one) ?? one.syntaxTree();
      trees.set(one, tree);
      if (one !== template) this.#trees.set(one, tree);
      for (const name of includedBy(tree)) {
        const included = find(name, one);
        // Another rendering may find it.
        if (included === undefined) throw new NotFollowed('a template that is not there yet');
        add(included);
      }
    };
    add(template);
    return [...trees.values()];
  }
}
