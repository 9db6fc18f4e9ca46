import { keep, take } from "../config/autosave.ts";
import { inTheWay } from "../config/in_the_way.ts";
import { moveOrExplain } from "../config/pull.ts";
import type { ConfigRepository } from "../config/repository.ts";
import { setProfile, toplevelAt } from "../programs/nix.ts";
import { inUnit, switchTo } from "./activate_system.ts";
import { filled, inShort } from "./bound_command.ts";
import type { Action } from "./decide_activation.ts";
import type { Place } from "./journal_state.ts";
import { mark } from "./mark_command.ts";
import type { UpgradeSettings } from "./run.ts";

/**
 * Brings the files of the repository back to where they were before a pull. What was edited since
 * stays, above them; what is left is saved. Returns why it was not done, or nothing.
 */
export async function undoFiles(
  repository: ConfigRepository,
  before: Pick<Place, "head" | "files" | "tree">,
  pulled: { readonly head: string; readonly tree: string } | null,
): Promise<string | undefined> {
  if (pulled === null) return undefined;
  const { tree } = repository;
  const head = await tree.commitId("HEAD");
  if (head === before.head && pulled.head !== before.head) return undefined;
  if (head !== pulled.head) {
    return `HEAD was moved to ${head} meanwhile: the repository stays as it is`;
  }
  const also = await inTheWay(tree, pulled.tree, before.tree);
  const now = await take(tree, head, repository, { also, keepsHead: true });
  await keep(tree, now);
  const files = now.tree === pulled.tree
    ? { kind: "merged", tree: before.tree } as const
    : await tree.merge(await commitOf(repository, pulled), before.files, now.commit, "theirs");
  if (files.kind === "conflict") {
    return `${files.paths.join(", ")} were edited meanwhile: the repository stays as it is`;
  }
  await moveOrExplain(repository, now, { head: before.head, tree: files.tree });
  return undefined;
}

/** A commit of the files as a pull left them, for a merge to begin from. */
async function commitOf(
  { tree }: ConfigRepository,
  pulled: { readonly head: string; readonly tree: string },
): Promise<string> {
  return await tree.store(pulled.tree, [pulled.head], "Files after a pull\n");
}

/**
 * Makes an earlier system the one that runs and boots again. Returns why that failed, or nothing.
 */
export async function undoSystem(
  before: Place,
  action: Action,
  settings: UpgradeSettings,
): Promise<string | undefined> {
  const { toplevel, profile } = before;
  if (toplevel === null) return "what ran before is not known";
  try {
    const last = profile ?? toplevel;
    const target = action === "boot" ? last : toplevel;
    const env = { NIXOS_NO_CHECK: "1" };
    if (settings.activate !== undefined) {
      const argv = filled(settings.activate, { toplevel: target, action });
      const output = await inUnit(argv, env, settings);
      return output.status === 0 && !output.timedOut
        ? undefined
        : `${argv[0]} ended with ${output.status}${inShort(output.stderr)}`;
    }
    if (action !== "test" && toplevelAt(settings.profile) !== last) {
      await setProfile(settings.profile, last);
    }
    // What ran before is not to be judged as if it were new, nor refused now.
    await mark(last, "switch", settings);
    const output = await switchTo(target, action, env, settings);
    // 4: units failed; what ran before runs again, and they are told of by the next look.
    return [0, 4, 100].includes(output.status) && !output.timedOut
      ? undefined
      : `switch-to-configuration ended with ${output.status}${inShort(output.stderr)}`;
  } catch (error) {
    return (error as Error).message;
  }
}
