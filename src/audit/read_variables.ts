import { below, elementsOf, type Origin, type Path, union } from "./origins.ts";
import { deciders, elements, looking, passing, reordering } from "./template_functions.ts";
import type { Expression, Pipeline, Place, Stage, Tree, TreeNode } from "./template_tree.ts";

/** A variable that a template reads. */
export interface Use extends Place {
  readonly path: Path;
  /** `.a.b` or `$.a.b`: text that can be replaced as it stands. A missing key is an error there. */
  readonly isField: boolean;
  /** `$x`, which holds what another place reads. */
  readonly isCopy: boolean;
  /** It stands for all below it as well: printed, or handed to a function. */
  readonly isWhole: boolean;
  /** It decides what is rendered: in the head of an `if`, `with` or `range`, or of such a function. */
  readonly decides: boolean;
  /** It is relative to a dot that `with`, `range` or a caller has set. */
  readonly isRebound: boolean;
  /** The template that it is in, where that is one within the file. */
  readonly within: string | undefined;
  /** The first words of the stages it goes through, itself among them as "". */
  readonly functions: readonly string[];
  /** It is the first stage of its pipeline, and alone there. */
  readonly isAlone: boolean;
  /** The variables of the template that the pipeline is given to. */
  readonly givenTo: readonly string[];
}

/** A template that is called, and what its dot is there. */
export interface TemplateCall {
  readonly name: string | undefined;
  readonly kind: "template" | "includeTemplate";
  readonly dot: Origin;
}

/** A call of a function that a person or another program answers, or that reads a file. */
export interface FunctionCall extends Place {
  readonly name: string;
  /** What it is given, as far as that is literal. */
  readonly texts: readonly (string | undefined)[];
  /** The variables of the template that its value is given to. */
  readonly variables: readonly string[];
}

/** What one reading of a template came to. */
export interface Reading {
  readonly uses: readonly Use[];
  readonly templates: readonly TemplateCall[];
  readonly functions: readonly FunctionCall[];
  /** Variables of the template that decide something, as `$x`. */
  readonly deciding: ReadonlySet<string>;
}

interface Scope {
  readonly dot: Origin;
  readonly isRebound: boolean;
  readonly variables: Map<string, Origin>;
  /** The origin of `$`. */
  readonly top: Origin;
  readonly decides: boolean;
  readonly within: string | undefined;
}

/** Reads which variables a template uses when its dot is from there. */
export function readVariables(
  tree: Tree,
  dot: Origin,
  name?: string,
): Reading {
  return new Reader().read(
    name === undefined ? tree.nodes : tree.defined.get(name) ?? [],
    dot,
    name,
  );
}

class Reader {
  readonly #uses: Use[] = [];
  readonly #templates: TemplateCall[] = [];
  readonly #functions: FunctionCall[] = [];
  readonly #deciding = new Set<string>();

  read(nodes: readonly TreeNode[], dot: Origin, within: string | undefined): Reading {
    const isRebound = !dot.some((path) => path.length === 0);
    this.#nodes(nodes, {
      ...{ dot, isRebound, variables: new Map(), top: dot, decides: false, within },
    });
    return {
      uses: this.#uses,
      templates: this.#templates,
      functions: this.#functions,
      deciding: this.#deciding,
    };
  }

  #nodes(nodes: readonly TreeNode[], scope: Scope): void {
    for (const node of nodes) this.#node(node, scope);
  }

  #node(node: TreeNode, scope: Scope): void {
    if (node.kind === "action") {
      this.#pipeline(node.pipeline, scope, node.pipeline.variables.length === 0);
      return;
    }
    if (node.kind === "template") {
      const { name, pipeline } = node;
      const dot = pipeline === undefined ? [] : this.#pipeline(pipeline, scope, false);
      this.#templates.push({ name, kind: "template", dot });
      return;
    }
    const { kind, pipeline, body, otherwise } = node;
    const inner: Scope = { ...scope, variables: new Map(scope.variables) };
    const value = this.#pipeline(pipeline, { ...inner, decides: true }, kind === "if");
    if (kind === "if") this.#nodes(body, inner);
    else if (kind === "with") this.#nodes(body, { ...inner, dot: value, isRebound: true });
    else {
      const element = elementsOf(value);
      const [first, second] = pipeline.variables;
      if (second !== undefined) {
        inner.variables.set(first ?? "", []);
        inner.variables.set(second, element);
      } else if (first !== undefined) inner.variables.set(first, element);
      this.#nodes(body, { ...inner, dot: element, isRebound: true });
    }
    this.#nodes(otherwise, inner);
    // What an inner `=` gives an outer variable stays.
    for (const name of scope.variables.keys()) {
      scope.variables.set(
        name,
        union(scope.variables.get(name) ?? [], inner.variables.get(name) ?? []),
      );
    }
  }

  #pipeline(pipeline: Pipeline, scope: Scope, isWhole: boolean): Origin {
    const functions = pipeline.stages.map(headOf);
    let value: Origin | undefined;
    for (const [at, stage] of pipeline.stages.entries()) {
      const later = functions.slice(at);
      const decides = scope.decides || later.slice(1).some((name) => deciders.has(name));
      const isLast = at === pipeline.stages.length - 1;
      const whole = isLast ? isWhole : !looking.has(functions[at + 1] ?? "");
      value = this.#stage(stage, { ...scope, decides }, {
        piped: value,
        isWhole: whole,
        functions: later,
        isAlone: at === 0,
        variables: pipeline.variables,
      });
    }
    for (const name of pipeline.variables) {
      const before = pipeline.isAssigned ? scope.variables.get(name) ?? [] : [];
      scope.variables.set(name, union(before, value ?? []));
    }
    return value ?? [];
  }

  #stage(stage: Stage, scope: Scope, flow: Flow): Origin {
    const [head, ...rest] = stage.operands;
    if (head?.kind !== "function") {
      for (const operand of rest) this.#value(operand, scope, { ...flow, isAlone: false });
      const isAlone = flow.isAlone && rest.length === 0;
      return head === undefined ? [] : this.#value(head, scope, { ...flow, isAlone });
    }
    const { name } = head;
    const inner: Scope = deciders.has(name) ? { ...scope, decides: true } : scope;
    const isWhole = !looking.has(name) && !passing.has(name) && name !== "includeTemplate" &&
      !/^prompt\w+Once$/.test(name);
    const values = rest.map((operand) =>
      this.#value(operand, inner, {
        ...flow,
        isWhole: isWhole || (passing.has(name) && flow.isWhole),
        isAlone: false,
        functions: [name, ...flow.functions],
      })
    );
    if (flow.piped !== undefined) values.push(flow.piped);
    const texts = rest.map((operand) => operand.kind === "string" ? operand.value : undefined);
    this.#functions.push({
      ...{ name, texts, variables: flow.variables, start: stage.start, end: stage.end },
    });
    return this.#called(name, values, texts, stage, inner, flow);
  }

  #called(
    name: string,
    values: readonly Origin[],
    texts: readonly (string | undefined)[],
    stage: Stage,
    scope: Scope,
    flow: Flow,
  ): Origin {
    const note = (paths: Origin): Origin => {
      this.#note(stage, paths, scope, {
        ...flow,
        isAlone: false,
        functions: [name, ...flow.functions],
      });
      return paths;
    };
    switch (name) {
      case "index":
      case "get": {
        const keys = texts.slice(1).map((text) => text ?? "*");
        if (flow.piped !== undefined) keys.push("*");
        return keys.length === 0 ? values[0] ?? [] : note(below(values[0] ?? [], keys));
      }
      case "hasKey":
        note(below(values[0] ?? [], [texts[1] ?? "*"]));
        return [];
      case "dig": {
        // Keys, what else to take, and the map last.
        const keys = texts.slice(0, flow.piped === undefined ? -2 : -1).map((text) => text ?? "*");
        return note(below(values.at(-1) ?? [], keys));
      }
      case "includeTemplate":
        this.#templates.push({ name: texts[0], kind: "includeTemplate", dot: values[1] ?? [] });
        return [];
    }
    if (/^prompt\w+Once$/.test(name)) {
      if (texts[1] !== undefined) note(below(values[0] ?? [], texts[1].split(".")));
      return [];
    }
    if (passing.has(name)) return values.reduce(union, []);
    if (elements.has(name)) return elementsOf(values.at(-1) ?? []);
    if (reordering.has(name)) return values.at(-1) ?? [];
    return [];
  }

  #value(expression: Expression, scope: Scope, flow: Flow): Origin {
    switch (expression.kind) {
      case "dot":
        if (flow.isWhole) this.#note(expression, scope.dot, scope, flow);
        return scope.dot;
      case "field":
        return this.#note(expression, below(scope.dot, expression.names), scope, flow, true);
      case "variable": {
        const { name, names } = expression;
        if (scope.decides) this.#deciding.add(name);
        const base = name === "$" ? scope.top : scope.variables.get(name) ?? [];
        if (names.length === 0) {
          if (flow.isWhole) this.#note(expression, base, scope, flow, false, name !== "$");
          return base;
        }
        const isRoot = name === "$" && base.some((path) => path.length === 0);
        const outer = { ...scope, isRebound: !isRoot };
        return this.#note(expression, below(base, names), outer, flow, name === "$");
      }
      case "parenthesis":
        return this.#pipeline(expression.pipeline, scope, flow.isWhole);
      case "chain": {
        const base = this.#value(expression.base, scope, {
          ...flow,
          isWhole: false,
          isAlone: false,
        });
        return this.#note(expression, below(base, expression.names), scope, flow);
      }
      case "function":
        return this.#stage({ ...expression, operands: [expression] }, scope, {
          ...flow,
          piped: undefined,
        });
      default:
        return [];
    }
  }

  #note(
    place: Place,
    paths: Origin,
    scope: Scope,
    flow: Flow,
    isField = false,
    isCopy = false,
  ): Origin {
    const { decides, isRebound, within } = scope;
    const { functions, isAlone, isWhole, variables: givenTo } = flow;
    const { start, end } = place;
    for (const path of paths) {
      this.#uses.push({
        ...{ path, start, end, isField, isWhole, decides, isRebound, within, functions, isAlone },
        ...{ givenTo, isCopy },
      });
    }
    return paths;
  }
}

interface Flow {
  /** What comes from the stage before. */
  readonly piped: Origin | undefined;
  readonly isWhole: boolean;
  readonly isAlone: boolean;
  readonly functions: readonly string[];
  readonly variables: readonly string[];
}

function headOf({ operands: [head] }: Stage): string {
  return head?.kind === "function" ? head.name : "";
}
