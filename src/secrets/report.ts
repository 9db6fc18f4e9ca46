import { allowListPath } from "./allow_list.ts";
import type { Finding } from "./gate.ts";

/** How many findings are told of one by one. */
const shown = 20;

/** What to do about a secret, by where it is. */
const remedies = {
  "in commits":
    "take it out of every commit that is not pushed yet (git commit --amend, git rebase -i, " +
    "or git reset --soft to the merge base with what is pushed, and commit anew), and replace the " +
    "secret itself if it was ever pushed",
  "in new files": "encrypt it, or keep the file from git by .gitignore",
} as const;

/** Findings in words: a line for each, sorted, and what to do about them. Never the secret itself. */
export function describeFindings(
  findings: readonly Finding[],
  where: "in commits" | "in new files" = "in commits",
): { readonly lines: readonly string[]; readonly hint: string } {
  const sorted = findings.toSorted((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line || (a.rule < b.rule ? -1 : 1)
  );
  const lines = sorted.slice(0, shown).map(({ path, line, rule, commit }) =>
    `${spelt(path)}:${line}: ${rule}` +
    (where === "in commits" ? ` (in ${commit.slice(0, 12)})` : "")
  );
  const more = sorted.length > shown ? [`and ${sorted.length - shown} more`] : [];
  const [first] = sorted;
  const entry = first === undefined ? "PATH RULE" : `${spelt(first.path)} ${first.rule}`;
  return {
    lines: [...lines, ...more],
    hint:
      `${remedies[where]}; if it is none: add the line "${entry}" to ${allowListPath}, or the ` +
      "comment holdfast:allow-secret to its line",
  };
}

/** A path in one line; what would break it, or turn its direction, is spelt out. */
function spelt(path: string): string {
  const isPlain = !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(path);
  return isPlain ? path : JSON.stringify(path).replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
