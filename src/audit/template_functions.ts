/** What is known of the functions of Go's templates, of sprig and of chezmoi. */

/** Functions whose value depends on whether there is one, or which one it is. */
export const deciders: ReadonlySet<string> = new Set(
  ("and or not eq ne lt le gt ge eqFold default empty coalesce ternary hasKey has contains hasPrefix " +
    "hasSuffix regexMatch mustRegexMatch all any len kindIs kindOf typeIs typeOf deepEqual fail")
    .split(" "),
);
/** Functions whose value is one of their arguments. */
export const passing: ReadonlySet<string> = new Set([
  "and",
  "or",
  "default",
  "coalesce",
  "ternary",
]);
/** Functions whose value is an element of their last argument. */
export const elements: ReadonlySet<string> = new Set(["first", "last", "mustFirst", "mustLast"]);
/** Functions whose value is made of the same elements as their last argument. */
export const reordering: ReadonlySet<string> = new Set(
  ["sortAlpha", "reverse", "uniq", "compact", "rest", "initial", "values"],
);
/** Functions that look into a map or a list: nothing else of it is used. */
export const looking: ReadonlySet<string> = new Set(
  ["index", "get", "dig", "hasKey", "keys", "len", "pick", "pluck"],
);

const managers = new RegExp(
  "^(?:awsSecretsManager|azureKeyVault|bitwarden|dashlane|doppler|ejsonDecrypt|gopass|keepassxc|keeper|" +
    "keyring$|lastpass|onepassword|pass(?:Fields|Raw|hole)?$|protonPass|rbw|secret(?:JSON)?$|vault$|" +
    "decrypt$)",
);

/** Whether a function asks a password manager, or decrypts: its value is a secret kept well. */
export function asksManager(name: string): boolean {
  return managers.test(name);
}

/** Whether a function asks a person, when `chezmoi init` makes the configuration. */
export function asksPerson(name: string): boolean {
  return /^prompt(?:String|Bool|Int|Choice|Multichoice)(?:Once)?$/.test(name);
}
