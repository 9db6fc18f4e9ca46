/** Where something is, in the text without directives. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** An operand. */
export type Expression =
  & Place
  & (
    | { readonly kind: "dot" }
    /** `.a.b` */
    | { readonly kind: "field"; readonly names: readonly string[] }
    /** `$`, `$x`, `$x.a.b` */
    | { readonly kind: "variable"; readonly name: string; readonly names: readonly string[] }
    /** A function without arguments of its own, or the first of a command. */
    | { readonly kind: "function"; readonly name: string }
    | { readonly kind: "string"; readonly value: string }
    /** A number, a character, true, false or nil. */
    | { readonly kind: "constant" }
    | { readonly kind: "parenthesis"; readonly pipeline: Pipeline }
    /** `(…).a.b` */
    | { readonly kind: "chain"; readonly base: Expression; readonly names: readonly string[] }
  );

/** One stage of a pipeline: an operand, or a function and its arguments. */
export interface Stage extends Place {
  readonly operands: readonly Expression[];
}

/** Stages, and the variables that what they come to is given to. */
export interface Pipeline extends Place {
  readonly variables: readonly string[];
  /** `=` and not `:=`. */
  readonly isAssigned: boolean;
  readonly stages: readonly Stage[];
}

/** What a template is made of; text and comments are of no interest. */
export type TreeNode =
  & Place
  & (
    | { readonly kind: "action"; readonly pipeline: Pipeline }
    | {
      readonly kind: "if" | "with" | "range";
      readonly pipeline: Pipeline;
      readonly body: readonly TreeNode[];
      readonly otherwise: readonly TreeNode[];
    }
    | { readonly kind: "template"; readonly name: string; readonly pipeline: Pipeline | undefined }
  );

/** A template, and those that are defined in it. */
export interface Tree {
  readonly nodes: readonly TreeNode[];
  readonly defined: ReadonlyMap<string, readonly TreeNode[]>;
}
