import type { WorkTree } from "../programs/work_tree.ts";

/**
 * Whose name a commit is made in where the person has not said: this host's. For one call only, and
 * never written to a configuration.
 */
export async function committer(
  tree: WorkTree,
  host: string,
): Promise<Readonly<Record<string, string>>> {
  const known = await tree.attempt(["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"]);
  if (known.status === 0) return {};
  const [name, email] = [host, `holdfast@${host}`];
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}
