/** What a variable holds; `undecided` until a person says it. */
export type Class = "secret" | "config" | "undecided";

/** What is known of a variable. */
export interface Evidence {
  /** What a person said of it. */
  readonly decided: "secret" | "config" | undefined;
  /** chezmoi knows it by itself. */
  readonly isBuiltin: boolean;
  /** A password manager is asked for it. */
  readonly isManaged: boolean;
  /** Its name is one that secrets have. */
  readonly promises: boolean;
  /** How its value looks: by form, by chance, made up by a person, in words, … */
  readonly value:
    | "formed"
    | "random"
    | "chosen"
    | "plain"
    | "reference"
    | "number"
    | "empty"
    | "unknown";
  /** A person is asked for it by `chezmoi init`. */
  readonly isPrompted: boolean;
  /** It is a mail address or a telephone number: public for one, private for another. */
  readonly isPersonal: boolean;
  /** How many templates of files that others cannot read use it, and how many others. */
  readonly inPrivate: number;
  readonly inOpen: number;
  /** Some template compares it, or asks whether it is there. */
  readonly decides: boolean;
}

/** A class, who says so, and why in words; never a value. */
export interface Proposal {
  readonly class: Class;
  readonly by: "person" | "rule";
  readonly reason: string;
}

/** Proposes a class for a variable. */
export function decideClass(evidence: Evidence): Proposal {
  const { decided, value, promises } = evidence;
  if (decided !== undefined) {
    return { class: decided, by: "person", reason: "it was decided in .holdfast/secrets.toml" };
  }
  if (evidence.isBuiltin) return config("chezmoi knows it by itself");
  if (evidence.isManaged) return secret("a password manager is asked for it: it is kept well");
  if (value === "formed") return secret("its value has the form of a secret");
  if (value === "number") return config("its value is a number or a truth value");
  if (value === "random") {
    return secret(
      promises
        ? "its name is a secret's and its value looks drawn at random"
        : "its value looks drawn at random",
    );
  }
  if (value === "reference") {
    return config("its value says where something is, or is public by nature");
  }
  if (promises && value === "chosen") {
    return secret("its name is a secret's and its value looks like a password");
  }
  if (promises && (value === "plain" || value === "unknown")) {
    return secret("its name is a secret's");
  }
  if (promises) {
    return undecided("its name is a secret's, and its value is empty or stands for one");
  }
  if (value === "chosen") return undecided("its value could be a password, its name is none's");
  if (evidence.isPersonal) {
    return undecided("it is a person's address: public for one, private for another");
  }
  if (evidence.inPrivate > 0 && evidence.inOpen === 0) {
    return undecided("it is used in files that only their owner can read");
  }
  if (value === "empty") return undecided("its value is empty, or stands for another one");
  if (value === "plain") return config("neither its name nor its value looks like a secret");
  if (evidence.decides) return config("templates decide by it, and its name is no secret's");
  if (evidence.isPrompted) {
    return undecided("a person is asked for it, and its value is not known here");
  }
  return undecided("its value is not known here, and its name does not tell");
}

function secret(reason: string): Proposal {
  return { class: "secret", by: "rule", reason };
}

function config(reason: string): Proposal {
  return { class: "config", by: "rule", reason };
}

function undecided(reason: string): Proposal {
  return { class: "undecided", by: "rule", reason };
}
