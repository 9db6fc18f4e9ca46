/** What one module is made of, as far as the rules of the house care. */
export interface Module {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** One import of a module. */
export interface Import {
  /** From the repository's root for a file of ours, else the specifier. */
  readonly of: string;
  /** It vanishes when the types are stripped. */
  readonly typeOnly: boolean;
}

/** A rule in words and what in a module breaks it, quoted. */
export interface Rule {
  readonly sentence: string;
  breaches(module: Module): readonly string[];
}

const pure = /^src\/\w+\/(decide_\w+|\w+_state|source_name)\.ts$/;
const shared = ["cli", "terminal", "host", "programs", "secrets", "build"];

/** The layers from the top down: who may import whom. */
const imports: readonly (readonly [string, RegExp, (from: string) => RegExp])[] = [
  [
    "a program of bin/ imports the cli and commands",
    /^bin\/(?!holdfast\.ts$)/,
    () => /^src\/(?!(terminal|host|programs|secrets|build)\/)/,
  ],
  [
    "the program of all names imports the cli and the other programs",
    /^bin\/holdfast\.ts$/,
    () => /^(src\/cli|bin)\//,
  ],
  [
    "a domain imports itself, the secret gate, programs, cli and host, and never another domain",
    new RegExp(`^src/(?!(${shared.join("|")}|upgrade|rebuild|status)/)`),
    (from) => new RegExp(`^src/(${folderOf(from)}|secrets|programs|cli|host)/`),
  ],
  [
    "the upgrade is built on the configuration repository",
    /^src\/upgrade\//,
    () => /^src\/(upgrade|config|secrets|programs|cli|host)\//,
  ],
  [
    "the rebuild is built on the upgrade, the look at sops and the reports of the dotfiles",
    /^src\/rebuild\//,
    () =>
      /^src\/((rebuild|upgrade|config|sops|terminal|secrets|programs|cli|host)\/|dotfiles\/last_sync_state)/,
  ],
  [
    "the status reads what the others record, by their parsers and pure parts alone",
    /^src\/status\//,
    () =>
      /^src\/((status|terminal|cli|host)\/|(dotfiles|upgrade|golden|sops)\/(decide_\w+|\w+_state)\.ts$)/,
  ],
  [
    "the secret gate imports itself, programs, cli and host",
    /^src\/secrets\//,
    () => /^src\/(secrets|programs|cli|host)\//,
  ],
  [
    "what is drawn on a terminal imports itself, cli and host",
    /^src\/terminal\//,
    () => /^src\/(terminal|cli|host)\//,
  ],
  ["programs import programs and host", /^src\/programs\//, () => /^src\/(programs|host)\//],
  ["the cli imports the cli and host", /^src\/cli\//, () => /^(src\/(cli|host)\/|deno\.json$)/],
  ["the host imports nothing of ours but the host", /^src\/host\//, () => /^src\/host\//],
  ["nothing but itself imports the build", /^src\/(?!build\/)/, () => /^(?!src\/build\/)/],
];

/** What may be said where only: a name in the code, and the files that may use it. */
const words: readonly (readonly [string, RegExp, RegExp])[] = [
  [
    "only the host, command.ts and the build use Deno",
    /\bDeno\b/,
    /^src\/(host\/|cli\/command\.ts$|build\/)/,
  ],
  [
    "only the report and the build use the console",
    /\bconsole\b/,
    /^src\/(cli\/report\.ts$|build\/)/,
  ],
];

/** How files are called. */
const names: readonly (readonly [string, (path: string) => boolean])[] = [
  [
    "no file is a drawer for anything",
    (path) => !/(^|\/)(utils?|helpers?|common|types|constants|mod)\.ts$/.test(path),
  ],
  [
    "programs are called in kebab-case, modules in snake_case",
    (path) => (path.startsWith("bin/") ? /^bin\/[a-z0-9-]+\.ts$/ : /^[a-z0-9_/]+\.ts$/).test(path),
  ],
];

/** The rules of docs/architecture.md that a program can check. */
export const rules: readonly Rule[] = [
  ...imports.map(([sentence, from, allowed]): Rule => ({
    sentence,
    breaches: ({ path, imports }) =>
      from.test(path) ? ours(imports).filter((file) => !allowed(path).test(file)) : [],
  })),
  {
    sentence: "a program of bin/ imports exactly one command",
    breaches: ({ path, imports }) => {
      if (!path.startsWith("bin/") || path === "bin/holdfast.ts") return [];
      const commands = ours(imports).filter((file) => !shared.includes(folderOf(file)));
      return commands.length === 1 ? [] : [commands.join(", ") || "none"];
    },
  },
  {
    sentence: "a pure file imports pure files of its folder or the cli, packages and types only",
    breaches: ({ path, imports }) =>
      pure.test(path)
        ? ours(imports.filter((each) => !each.typeOnly))
          .filter((file) => !pure.test(file) || ![folderOf(path), "cli"].includes(folderOf(file)))
        : [],
  },
  {
    sentence: "packages come from the npm registry",
    breaches: ({ path, imports }) =>
      imports.map((each) => each.of).filter((of) =>
        /^[a-z]+:/.test(of) && !of.startsWith("npm:") &&
        // Deno's own interface does not tell by which link it was started.
        !(path === "bin/holdfast.ts" && of === "node:process")
      ),
  },
  ...words.map(([sentence, word, allowed]): Rule => ({
    sentence,
    breaches: ({ path, text }) =>
      allowed.test(path) ? [] : codeLines(text).filter((line) => word.test(line)),
  })),
  ...names.map(([sentence, isFine]): Rule => ({
    sentence,
    breaches: ({ path }) => isFine(path) ? [] : [path],
  })),
  {
    sentence: "no file has more than 300 lines",
    breaches: ({ text }) => {
      const lines = text.trimEnd().split("\n").length;
      return lines > 300 ? [`${lines} lines`] : [];
    },
  },
];

/** All that breaks a rule, one line each. */
export function breachesOf(rule: Rule, modules: readonly Module[]): readonly string[] {
  return modules.flatMap((module) =>
    rule.breaches(module).map((what) => `${module.path}: ${what}`)
  );
}

/** The files of the repository among some imports. */
function ours(imports: readonly Import[]): readonly string[] {
  return imports.map((each) => each.of).filter((of) => !/^[a-z]+:/.test(of));
}

/** The folder below src/ that a file lies in. */
function folderOf(path: string): string {
  return path.split("/")[1] ?? "";
}

/** The lines without comments; a `//` inside a text counts as one only after a space. */
function codeLines(text: string): readonly string[] {
  return text
    .replace(/\/\*[^]*?\*\//g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s)\/\/.*/, "").trim());
}
