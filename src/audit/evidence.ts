import { isPlaceholder, looksChosen, looksRandom } from "../secrets/randomness.ts";
import { isReference } from "../secrets/references.ts";
import { scan } from "../secrets/scan.ts";
import { promisedBy } from "../secrets/secret_names.ts";
import { decideClass, type Evidence, type Proposal } from "./decide_class.ts";
import type { Path } from "./origins.ts";

/** What name and values of a variable tell of it, by the rules of the secret gate; no value is kept. */
export function evidenceOf(
  path: Path,
  values: readonly unknown[],
): Pick<Evidence, "promises" | "value"> {
  const name = path.filter((part) => part !== "*").join("_");
  const last = path.findLast((part) => part !== "*") ?? "";
  const promises = (promisedBy(last) ?? promisedBy(name)) !== undefined ||
    /(?:^|_)api$/i.test(last);
  const seen = values.map((value) => evidenceOfValue(value));
  const order = ["formed", "random", "chosen", "plain", "reference", "number", "empty"] as const;
  return { promises, value: order.find((each) => seen.includes(each)) ?? "unknown" };
}

function evidenceOfValue(value: unknown): Evidence["value"] {
  if (typeof value === "boolean" || typeof value === "number") return "number";
  if (typeof value !== "string") return "unknown";
  const text = value.trim();
  if (text === "" || isPlaceholder(text)) return "empty";
  if (scan(text, "value").length > 0) return "formed";
  if (isReference(text)) return "reference";
  if (looksRandom(text)) return "random";
  return looksChosen(text) && !/[\s/.@]/.test(text) ? "chosen" : "plain";
}

/** Whether a text is nothing but a secret, as a key of a map could be: such a name is not told. */
export function isSecretName(name: string): boolean {
  return scan(name, "name").length > 0 || name.length >= 20 && looksRandom(name);
}

/** The class of a variable by its name and a value alone. */
export function proposalFromEvidence(path: Path, value: string): Proposal {
  return decideClass({
    ...evidenceOf(path, [value]),
    decided: undefined,
    isBuiltin: false,
    isManaged: false,
    isPrompted: false,
    isPersonal: false,
    inPrivate: 0,
    inOpen: 0,
    decides: false,
  });
}

/** The name of a variable as a template writes it. */
export function shownName(path: Path): string {
  return path.map((part, at) =>
    part === "*" ? "[]" : `${at === 0 ? "" : "."}${isSecretName(part) ? "<hidden>" : part}`
  ).join("");
}
