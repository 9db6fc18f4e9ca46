import { type Token, type TokenKind, tokensOf } from "./template_lexer.ts";
import { TemplateError, type TemplateText } from "./template_text.ts";
import type { Expression, Pipeline, Stage, Tree, TreeNode } from "./template_tree.ts";

/**
 * Parses a template by the grammar of Go's text/template/parse/parse.go. Functions need not exist.
 *
 * @throws {TemplateError} where Go would refuse it as well
 */
export function parseTemplate(given: TemplateText): Tree {
  return new Parser(tokensOf(given)).tree();
}

/** What ended a list of nodes. */
interface Ending {
  readonly nodes: readonly TreeNode[];
  readonly word: "end" | "else" | undefined;
  /** The `left` of the action that ended it. */
  readonly left: Token;
}

class Parser {
  #at = 0;
  readonly #defined = new Map<string, readonly TreeNode[]>();
  /** How deep within `range` this is, for `break` and `continue`. */
  #loops = 0;
  /** The variables that are known here. */
  #variables: string[] = ["$"];

  constructor(readonly tokens: readonly Token[]) {}

  tree(): Tree {
    const { nodes, word, left } = this.#list(true);
    if (word !== undefined) throw new TemplateError(`an unexpected {{${word}}}`, left.start);
    return { nodes, defined: this.#defined };
  }

  #list(isTop = false): Ending {
    const nodes: TreeNode[] = [];
    for (;;) {
      const token = this.#take();
      if (token.kind === "text") continue;
      if (token.kind === "end") return { nodes, word: undefined, left: token };
      const first = this.#peek();
      if (first.kind === "word" && (first.value === "end" || first.value === "else")) {
        this.#take();
        if (first.value === "end") this.#expect("right");
        return { nodes, word: first.value, left: token };
      }
      if (first.kind === "word" && first.value === "define") {
        if (!isTop) throw new TemplateError("a {{define}} within another action", first.start);
        this.#define();
        continue;
      }
      const node = this.#action(token);
      if (node !== undefined) nodes.push(node);
    }
  }

  #define(): void {
    this.#take();
    const name = this.#expect("string").value;
    this.#expect("right");
    this.#body(name);
  }

  #body(name: string): void {
    const [variables, loops] = [this.#variables, this.#loops];
    [this.#variables, this.#loops] = [["$"], 0];
    const { nodes, word, left } = this.#list();
    if (word !== "end") {
      throw new TemplateError("a {{define}} or {{block}} is not ended", left.start);
    }
    [this.#variables, this.#loops] = [variables, loops];
    this.#defined.set(name, nodes);
  }

  #action(left: Token): TreeNode | undefined {
    const first = this.#peek();
    const { start } = left;
    switch (first.kind === "word" ? first.value : "") {
      case "if":
      case "with":
      case "range":
        this.#take();
        return this.#control(first.value as "if" | "with" | "range", start);
      case "block": {
        this.#take();
        const name = this.#expect("string").value;
        const pipeline = this.#pipeline("right");
        const { end } = this.#last();
        this.#body(name);
        return { kind: "template", name, pipeline, start, end };
      }
      case "template": {
        this.#take();
        const name = this.#expect("string").value;
        const hasArgument = this.#peek().kind !== "right";
        const pipeline = hasArgument ? this.#pipeline("right") : undefined;
        if (!hasArgument) this.#take();
        return { kind: "template", name, pipeline, start, end: this.#last().end };
      }
      case "break":
      case "continue":
        this.#take();
        this.#expect("right");
        if (this.#loops === 0) {
          throw new TemplateError(`{{${first.value}}} outside of {{range}}`, first.start);
        }
        return undefined;
    }
    const pipeline = this.#pipeline("right");
    return { kind: "action", pipeline, start, end: this.#last().end };
  }

  #control(kind: "if" | "with" | "range", start: number): TreeNode {
    const before = this.#variables.length;
    const pipeline = this.#pipeline("right", kind === "range");
    this.#loops += kind === "range" ? 1 : 0;
    const { nodes: body, word, left } = this.#list();
    this.#loops -= kind === "range" ? 1 : 0;
    let otherwise: readonly TreeNode[] = [];
    if (word === undefined) throw new TemplateError(`a {{${kind}}} is not ended`, left.start);
    if (word === "else") {
      const next = this.#peek();
      if (next.kind === "word" && next.value === kind && kind !== "range") {
        // {{else if}} is an {{if}} within the {{else}}; one {{end}} ends them both.
        this.#take();
        otherwise = [this.#control(kind, left.start)];
      } else {
        this.#expect("right");
        const rest = this.#list();
        if (rest.word !== "end") {
          throw new TemplateError(`a {{${kind}}} is not ended`, rest.left.start);
        }
        otherwise = rest.nodes;
      }
    }
    this.#variables.length = before;
    return { kind, pipeline, body, otherwise, start, end: this.#last().end };
  }

  #pipeline(until: "right" | "close", isRange = false): Pipeline {
    const { start } = this.#peek();
    const variables: string[] = [];
    let isAssigned = false;
    for (;;) {
      const from = this.#at;
      const variable = this.#peek();
      if (variable.kind !== "variable") break;
      this.#take();
      const { kind, start } = this.#peek();
      const isMore = kind === "comma";
      if (isMore && (!isRange || variables.length > 0)) {
        throw new TemplateError("too many variables are declared", start);
      }
      if (kind !== "declare" && kind !== "assign" && !isMore) {
        this.#at = from;
        if (variables.length > 0) throw new TemplateError("a variable lacks its value", start);
        break;
      }
      this.#take();
      variables.push(variable.value);
      isAssigned = kind === "assign";
      if (!isMore) break;
    }
    // Go knows a variable from its declaration on, so that its own value may not use it.
    const stages: Stage[] = [this.#stage()];
    while (this.#peek().kind === "pipe") {
      this.#take();
      // Go lets a pipe lead nowhere.
      if (this.#peek().kind === until) break;
      stages.push(this.#stage());
      const first = stages.at(-1)?.operands[0];
      if (first?.kind === "string" || first?.kind === "constant" || first?.kind === "dot") {
        throw new TemplateError("a pipe leads to what is no function", first.start);
      }
    }
    this.#variables.push(...variables);
    const { end } = this.#last();
    this.#expect(until);
    return { variables, isAssigned, stages, start, end };
  }

  #stage(): Stage {
    const operands: Expression[] = [];
    const { start } = this.#peek();
    while (!["right", "close", "pipe", "end"].includes(this.#peek().kind)) {
      operands.push(this.#operand());
      const next = this.tokens[this.#at] as Token;
      if (!["space", "right", "close", "pipe"].includes(next.kind)) {
        throw new TemplateError("two values without a space between them", next.start);
      }
    }
    if (operands.length === 0) throw new TemplateError("a value is missing", start);
    return { operands, start, end: operands.at(-1)?.end ?? start };
  }

  #operand(): Expression {
    const base = this.#term();
    const names: string[] = [];
    // A chain has no spaces in it.
    while (this.tokens[this.#at]?.kind === "field") names.push(this.#take().value);
    if (names.length === 0) return base;
    const end = this.#last().end;
    if (base.kind === "field" || base.kind === "variable") {
      return { ...base, names: [...base.names, ...names], end };
    }
    if (base.kind === "string" || base.kind === "constant" || base.kind === "dot") {
      throw new TemplateError("a constant has no fields", base.start);
    }
    return { kind: "chain", base, names, start: base.start, end };
  }

  #term(): Expression {
    const { kind, value, start, end } = this.#take();
    switch (kind) {
      case "dot":
        return { kind, start, end };
      case "field":
        return { kind, names: [value], start, end };
      case "variable":
        this.#known(value, start);
        return { kind, name: value, names: [], start, end };
      case "string":
        return { kind, value, start, end };
      case "number":
      case "character":
        return { kind: "constant", start, end };
      case "word":
        if (["true", "false", "nil"].includes(value)) return { kind: "constant", start, end };
        if (keywords.has(value)) throw new TemplateError("a keyword where a value belongs", start);
        return { kind: "function", name: value, start, end };
      case "open": {
        const pipeline = this.#pipeline("close");
        return { kind: "parenthesis", pipeline, start, end: this.#last().end };
      }
      default:
        throw new TemplateError("a value is missing", start);
    }
  }

  #known(variable: string, offset: number): void {
    if (this.#variables.includes(variable)) return;
    throw new TemplateError("a variable that is not declared", offset);
  }

  #peek(): Token {
    while (this.tokens[this.#at]?.kind === "space") this.#at++;
    return this.tokens[this.#at] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** The token that was taken last, spaces left out. */
  #last(): Token {
    let at = this.#at - 1;
    while (this.tokens[at]?.kind === "space") at--;
    return this.tokens[at] as Token;
  }

  #expect(kind: TokenKind): Token {
    const token = this.#take();
    if (token.kind === kind) return token;
    throw new TemplateError(expectations[kind] ?? "something else is expected", token.start);
  }
}

const expectations: Partial<Record<TokenKind, string>> = {
  right: "an action should end here",
  close: "a parenthesis should be closed here",
  string: "a name in quotes is expected",
};

const keywords = new Set(
  ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"],
);
