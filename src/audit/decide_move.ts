/** A place where a template reads a secret, or something that the secret is in. */
export interface SecretUse {
  readonly file: string;
  readonly line: number;
  readonly kind: "target" | "script" | "config-template" | "other";
  /** A script that runs again when its text changes. */
  readonly runsOnChange: boolean;
  /** It reads the secret itself, and not a map that it is in. */
  readonly isItself: boolean;
  readonly isField: boolean;
  /** A variable of the template that holds it: that needs no change. */
  readonly isCopy: boolean;
  readonly decides: boolean;
  readonly isRebound: boolean;
  /** A variable of the template that it is given to, and that decides something. */
  readonly decidingVariable: string | undefined;
  /** The same text stands for another variable when another caller calls this template. */
  readonly isShared: boolean;
}

/** What is known of a secret that is to be moved. */
export interface SecretFacts {
  readonly name: string;
  readonly value:
    | "text"
    | "missing"
    | "empty"
    | "not-text"
    | "spaces-at-the-ends"
    | "differs-by-file";
  readonly uses: readonly SecretUse[];
  readonly definitions: readonly {
    readonly kind: "data-file" | "configuration" | "template" | "prompt" | "manager" | "builtin";
    readonly file: string;
    readonly line: number | undefined;
  }[];
  /** Another secret whose name in the sops file would be the same. */
  readonly namesake: string | undefined;
}

/** Whether a secret can be moved, and if not, what is to be done by hand. */
export type Move =
  | { readonly kind: "move" }
  | { readonly kind: "kept"; readonly reason: string }
  | { readonly kind: "refuse"; readonly reasons: readonly string[] };

/** Decides about one secret: all of its places, or none. */
export function decideMove(facts: SecretFacts): Move {
  const { definitions, uses, namesake } = facts;
  if (definitions.some(({ kind }) => kind === "manager")) {
    return { kind: "kept", reason: "a password manager keeps it" };
  }
  const reasons = [
    ...valueReasons(facts),
    ...definitions.flatMap(({ kind, file, line }) => {
      const place = placeOf(file, line);
      if (kind === "prompt") {
        return [
          `${place}: \`chezmoi init\` asks for it: take the question and its line under data out of the ` +
          "configuration template, write the value into a .chezmoidata file that git ignores or into " +
          "the sops file, and run this again",
        ];
      }
      return kind === "template"
        ? [`${place}: the configuration template sets it: take it out there by hand`]
        : [];
    }),
    ...uses.flatMap((use) => {
      const reason = useReason(use);
      return reason === undefined ? [] : [`${placeOf(use.file, use.line)}: ${reason}`];
    }),
    ...(namesake === undefined ? [] : [`its name in the sops file would be that of ${namesake}`]),
  ];
  if (reasons.length > 0) return { kind: "refuse", reasons: [...new Set(reasons)] };
  return { kind: "move" };
}

function valueReasons({ value }: SecretFacts): readonly string[] {
  switch (value) {
    case "text":
      return [];
    case "missing":
      return ["it has no value on this host: run this where it has one"];
    case "empty":
      return ["its value is empty"];
    case "not-text":
      return ["its value is no text: a secret of sops is read as one"];
    case "spaces-at-the-ends":
      return ["its value begins or ends with white space, which `trim` would take away"];
    case "differs-by-file":
      return ["several files give it values that differ: leave one"];
  }
}

function useReason(use: SecretUse): string | undefined {
  if (use.kind === "config-template") {
    return "the configuration template reads it: change it by hand";
  }
  if (!use.isItself) return "a map that it is in is used as a whole, which would lack it";
  if (use.decides || use.decidingVariable !== undefined) {
    const by = use.decidingVariable === undefined ? "" : ` by ${use.decidingVariable}`;
    return `a condition${by} depends on it: a host without the secret would fail instead`;
  }
  if (use.isCopy) return undefined;
  if (use.isRebound) return "it is read from a dot that `with`, `range` or a caller sets";
  if (use.isShared) {
    return "this text stands for other variables as well, by who calls the template";
  }
  if (!use.isField) return "it is looked up by a function, as index: write it as a field first";
  if (use.runsOnChange) {
    return "a run_onchange_ script reads it, and must run when the secret changes";
  }
  return undefined;
}

function placeOf(file: string, line: number | undefined): string {
  return line === undefined ? file : `${file}:${line}`;
}
