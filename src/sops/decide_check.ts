/** How a check ended; `skipped` says that there is nothing to check. */
export type CheckState = "ok" | "warning" | "failed" | "skipped";

/** One check of the report. */
export interface Check {
  readonly name: "host-key" | "age-key" | "activation" | "secrets";
  readonly state: CheckState;
  /** One sentence. */
  readonly detail: string;
  /** What to do when it is not well. */
  readonly remedy?: string;
}

/** One thing that a check found. */
export interface Finding {
  readonly state: CheckState;
  readonly detail: string;
  readonly remedy?: string;
  /** This user may not look at it: it is not known to be wrong, and not known to be right. */
  readonly isUnseen?: true;
}

/** What is as it should be. */
export function fine(detail: string): Finding {
  return { state: "ok", detail };
}

/** What is wrong. */
export function failed(detail: string, remedy: string): Finding {
  return { state: "failed", detail, remedy };
}

/** What need not be wrong. */
export function warning(detail: string, remedy: string): Finding {
  return { state: "warning", detail, remedy };
}

/** What only root may look at. */
export function unseen(what: string): Finding {
  return {
    state: "warning",
    detail: `${what} cannot be looked at by this user`,
    remedy: "run it as root: sudo check-sops",
    isUnseen: true,
  };
}

const worstFirst: readonly CheckState[] = ["failed", "warning", "ok", "skipped"];

/** A check out of all that it found: the worst decides, and what is well is told only of a well one. */
export function combine(
  name: Check["name"],
  findings: readonly Finding[],
  nothing: string,
): Check {
  const state = worstFirst.find((each) => findings.some((finding) => finding.state === each));
  if (state === undefined) return { name, state: "skipped", detail: nothing };
  const isWell = state === "ok" || state === "skipped";
  const told = worstFirst.filter((each) => isWell || each === "failed" || each === "warning")
    .flatMap((each) => findings.filter((finding) => finding.state === each));
  const remedies = [...new Set(told.flatMap(({ remedy }) => remedy ?? []))];
  return {
    name,
    state,
    detail: [...new Set(told.map(({ detail }) => detail))].join("; "),
    ...(remedies.length === 0 ? {} : { remedy: remedies.join("; ") }),
  };
}

/** A mode as people write it, as 0400. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** A path or name in a line for people; quoted where it would not be read as one word. */
export function quoted(name: string): string {
  return /^[\w./@:+=,-]+$/.test(name) ? name : JSON.stringify(name);
}

/** A path as a shell takes it. */
export function shellWord(path: string): string {
  return /^[\w./@:+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** A few names of possibly many. */
export function listed(names: readonly string[], most = 5): string {
  const rest = names.length - most;
  return names.slice(0, most).map(quoted).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
