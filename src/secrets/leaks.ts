import { Failure } from "../cli/failure.ts";
import type { Range } from "../programs/git_objects.ts";
import type { GitRepository } from "../programs/git_repository.ts";
import { type Leak, searchWithGitleaks } from "../programs/gitleaks.ts";
import { decode } from "./decode.ts";
import { isMarked } from "./scan.ts";

/** What gitleaks finds, where there is one; a line that is marked for us is allowed there as well. */
export async function askGitleaks(git: GitRepository, range: Range): Promise<readonly Leak[]> {
  const searched = await searchWithGitleaks(git, range);
  if (searched.kind === "absent") return [];
  if (searched.kind === "failed") {
    throw new Failure(`cannot scan with ${searched.program}: ${searched.reason}`, {
      hint: `nothing is pushed until it works again or is off PATH; see what ${searched.program} ` +
        `git ${git.source} says (version 8.21.3 or later)`,
    });
  }
  const byFile = Map.groupBy(searched.leaks, ({ commit, path }) => `${commit}:${path}`);
  const found: Leak[] = [];
  for (const [place, leaks] of byFile) {
    const cut = place.indexOf(":");
    const bytes = await git.bytesOf(place.slice(0, cut), place.slice(cut + 1));
    const lines = bytes === undefined ? [] : decode(bytes).split("\n");
    found.push(
      ...leaks.filter(({ line }) => !isMarked(lines[line - 1] ?? ""))
        .map((leak) => ({ ...leak, rule: `gitleaks:${leak.rule}` })),
    );
  }
  return found;
}
