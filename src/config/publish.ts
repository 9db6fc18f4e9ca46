import { pause } from "../host/clock.ts";
import { type RemoteTrouble, remoteTrouble } from "../programs/remote_trouble.ts";
import type { Finding } from "../secrets/gate.ts";
import { fetchBranch, noteSeen, pull, seenTip } from "./pull.ts";
import type { ConfigRepository } from "./repository.ts";

/** How a push ended. */
export type Published =
  | { readonly kind: "nothing" }
  | { readonly kind: "pushed"; readonly commit: string }
  /** Nothing was pushed; the commits stay here, and the next run tries again. */
  | { readonly kind: "away"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "secrets"; readonly findings: readonly Finding[] };

/** How often others may be first. */
const rounds = 20;

/**
 * Pushes what is committed here, once no secret is in it. When another host was first, its commits
 * are taken over and the push is tried again, a bounded number of times.
 *
 * @throws {Failure} when what others pushed collides and a person has to decide
 */
export async function publish(
  repository: ConfigRepository,
  warn: (text: string) => void,
  { mayPull }: { readonly mayPull: boolean } = { mayPull: true },
): Promise<Published> {
  const { tree, remote, branch } = repository;
  const tracking = `refs/remotes/${remote}/${branch}`;
  for (let round = 1; round <= rounds; round++) {
    const [head, known] = [await tree.commitId("HEAD"), await tree.commitId(tracking)];
    if (head === undefined || head === known) return { kind: "nothing" };
    if (known !== undefined && await isBehind(repository, head, known)) {
      if (!mayPull) return behind(repository);
      await pull(repository, known);
      continue;
    }
    const { findSecrets } = await import("../secrets/gate.ts");
    const { findings, unscanned } = await findSecrets(tree, {
      from: known === undefined ? [] : [known],
      to: head,
    });
    if (findings.length > 0) return { kind: "secrets", findings };
    for (const { path, bytes } of unscanned) {
      warn(`${path} was not searched for secrets: it has ${bytes} bytes`);
    }
    // Only if the remote still has what is known of it: somebody may have taken commits back.
    const output = await tree.pushFrom(remote, branch, head, known);
    if (output.status === 0 && !output.timedOut) {
      await noteSeen(repository, head);
      return { kind: "pushed", commit: head };
    }
    const fetched = await fetchBranch(repository);
    if (typeof fetched === "object") return notPushed(fetched);
    // It arrived, and only the answer did not.
    if (fetched === head) return { kind: "pushed", commit: head };
    if (fetched === known) return notPushed(remoteTrouble(output, tree.remoteBound));
    if (!mayPull) return behind(repository);
    await pull(repository, fetched);
    // Not all of those who lost this round at the same instant again.
    await pause(Math.random() * 100 * round);
  }
  return { kind: "away", reason: `others were first ${rounds} times` };
}

/** Whether the remote has what is not here, or has not any more what it had. */
async function isBehind(
  repository: ConfigRepository,
  head: string,
  known: string,
): Promise<boolean> {
  const { tree } = repository;
  const seen = await seenTip(repository);
  return !await tree.isAncestor(known, head) ||
    seen !== undefined && !await tree.isAncestor(seen, known);
}

function behind({ remote, branch }: ConfigRepository): Published {
  return { kind: "refused", reason: `${remote}/${branch} has what is not here` };
}

function notPushed({ kind, reason }: RemoteTrouble): Published {
  return { kind, reason };
}
