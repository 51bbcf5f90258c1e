/** A node of nunjucks' syntax tree, with all that nodes may have: which of it is there depends on its `typename`. */
export interface SyntaxNode {
  readonly typename: string;
  readonly children?: readonly SyntaxNode[];
  readonly value?: unknown;
  readonly key?: SyntaxNode;
  readonly target?: SyntaxNode;
  readonly targets?: readonly SyntaxNode[];
  readonly val?: SyntaxNode;
  readonly left?: SyntaxNode;
  readonly right?: SyntaxNode;
  readonly cond?: SyntaxNode;
  readonly body?: SyntaxNode | null;
  readonly else_?: SyntaxNode | null;
  readonly arr?: SyntaxNode;
  readonly name?: SyntaxNode;
  readonly names?: SyntaxNode;
  readonly args?: SyntaxNode;
  readonly template?: SyntaxNode;
  readonly expr?: SyntaxNode;
  readonly ops?: readonly SyntaxNode[];
  readonly cases?: readonly SyntaxNode[];
  readonly default?: SyntaxNode | null;
}
