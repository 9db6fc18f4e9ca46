import { didYouMean } from "../cli/did_you_mean.ts";
import { usageFailure } from "../cli/failure.ts";
import { ruleNames } from "./rules.ts";

/** The file at a repository's root that says which secrets may be pushed. */
export const allowListPath = ".holdfast-allow-secrets";

/** One line of the list: some files, and a rule or all (`*`) that they may break. */
export interface AllowEntry {
  readonly pattern: RegExp;
  readonly rule: string;
}

/**
 * Reads a list: `PATH-GLOB RULE [# comment]` in each line. In a glob `*` and `?` stay within a folder
 * and `**` does not; it stands for the whole path, or with a slash at its end for all below.
 *
 * @throws {Failure} (usage) that names the line which is wrong
 */
export function parseAllowList(text: string): readonly AllowEntry[] {
  return text.split("\n").flatMap((whole, at) => {
    const line = whole.replace(/(^|\s)#.*/, "").trim();
    if (line === "") return [];
    const [, glob, rule] = /^(\S.*?)\s+(\S+)$/.exec(line) ?? [];
    if (glob === undefined || rule === undefined) {
      throw usageFailure(
        `${allowListPath}:${at + 1}: ${JSON.stringify(line)} should be a path and a rule`,
        `the rules: ${["*", ...ruleNames].join(", ")}, gitleaks:...`,
      );
    }
    if (rule !== "*" && !rule.startsWith("gitleaks:") && !ruleNames.includes(rule)) {
      throw usageFailure(
        `${allowListPath}:${at + 1}: there is no rule ${JSON.stringify(rule)}`,
        didYouMean(rule, ruleNames) ?? `the rules: ${["*", ...ruleNames].join(", ")}`,
      );
    }
    return [{ pattern: asPattern(glob), rule }];
  });
}

/** Whether a list allows a file to break a rule. */
export function isAllowed(list: readonly AllowEntry[], path: string, rule: string): boolean {
  return list.some((entry) =>
    (entry.rule === "*" || entry.rule === rule) && entry.pattern.test(path)
  );
}

function asPattern(glob: string): RegExp {
  const whole = glob.replace(/^\//, "").replace(/\/$/, "/**");
  const source = whole.replace(/\*\*\/|\*{1,2}|\?|[.+^${}()|[\]\\]/g, (part) => {
    switch (part) {
      case "**/":
        return "(?:[^/]+/)*";
      case "**":
        return ".*";
      case "*":
        return "[^/]*";
      case "?":
        return "[^/]";
      default:
        return `\\${part}`;
    }
  });
  return new RegExp(`^${source}$`, "s");
}
