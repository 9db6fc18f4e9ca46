import type { Step } from "../cli/steps.ts";
import type { Output } from "../host/process.ts";
import { jjRoot } from "../programs/git_repository.ts";
import { literal } from "../programs/jj.ts";
import { remoteTrouble } from "../programs/remote_trouble.ts";
import { knownConflicts } from "./receive.ts";
import { baseTrailer, commitAnew, save, type SyncRun, warn } from "./run.ts";

/** Why nothing may be pushed now. */
function cannotPush(run: SyncRun): string | undefined {
  if (!run.policy.push) return "autoPush is off";
  if (run.heads === "offline") return "offline";
  if ("kind" in run.heads) return run.heads.reason;
  return run.trouble === undefined ? undefined : run.trouble.reason;
}

/** Moves the branch here and, fast-forward only, on the remote. */
export const publishBranch: Step<SyncRun> = {
  name: "publish",
  describe: (run) => `push ${run.settings.branch} to ${run.settings.remote}`,
  skip: (run) => run.merged === undefined ? "nothing was merged" : undefined,
  async run(run): Promise<void> {
    const { jj, git } = run.programs;
    const { branch, remote } = run.settings;
    const next = run.merged?.main;
    if (next === undefined) return;
    const here = await jj.ids(`bookmarks(exact:${literal(branch)})`);
    // A fetch can leave it conflicted, which no other command accepts.
    if ((here.length !== 1 || here[0] !== next) && next !== jjRoot) {
      save(run, { local: next });
      await jj.setBookmark(branch, next);
    }
    if (next === run.main || next === jjRoot || cannotPush(run) !== undefined) return;
    await assertPushable(run, next);
    if (!await passesGate(run, next)) return;
    const before = run.main;
    let output = await jj.push(branch, remote);
    if (/[Nn]on-tracking remote bookmark/.test(output.stderr)) {
      await jj.track(branch, remote);
      output = await jj.push(branch, remote);
    }
    if (output.status !== 0 || output.timedOut) return await afterFailedPush(run, output);
    const sent = before === undefined
      ? await git.filesOf(next)
      : await git.changedPaths(before, next);
    sent.forEach((path) => run.done.sent.add(path));
    run.main = next;
    save(run, { main: next });
  },
};

/** The last check before others see it: a fast-forward, and free of conflicts. */
async function assertPushable(run: SyncRun, next: string): Promise<void> {
  const { jj, git } = run.programs;
  const since = run.main === undefined ? `::${next}` : `${run.main}..${next}`;
  const isForward = run.main === undefined || await git.isAncestor(run.main, next);
  const bases = `description(substring:"\\n${baseTrailer}") & first_ancestors(${next})`;
  const unfit = await jj.ids(`(${since}) & (conflicts() | (${bases}))`);
  if (!isForward || unfit.length > 0) {
    throw new Error(
      `refusing to push ${next}: no fast-forward of ${run.main}, or not free of ${unfit.join(" ")}`,
    );
  }
}

/** Whether a commit may be pushed, as far as secrets go; loaded when something is to be pushed. */
async function passesGate(run: SyncRun, commit: string): Promise<boolean> {
  if (run.policy.secretGate === "off") return true;
  const { isFitToSend } = await import("./secret_gate.ts");
  return await isFitToSend(run, commit);
}

/** A failed push may have arrived all the same, or the remote moved first: another round tells. */
async function afterFailedPush(run: SyncRun, output: Output): Promise<void> {
  const { branch, remote, timeout } = run.settings;
  const trouble = remoteTrouble(output, timeout);
  const heads = output.timedOut ? trouble : await run.programs.git.remoteHeads(remote);
  if (!("kind" in heads) && heads.get(branch) !== run.main) {
    run.again = true;
    run.upToDate = false;
    return;
  }
  run.trouble = { at: "push", fatal: trouble.kind === "refused", reason: trouble.reason };
  warn(run, `cannot push ${branch} to ${remote}, it is kept here: ${trouble.reason}`);
  if (!/has no author/.test(trouble.reason)) return;
  run.report.hint(
    `somebody committed by jj, which knew no name: jj config set --user user.name NAME (and ` +
      `user.email), ${commitAnew(run)}`,
  );
}

/** Makes what is parked here visible to all hosts, or takes it back once it is resolved. */
export const publishConflict: Step<SyncRun> = {
  name: "publish-conflict",
  describe: (run) => `push ${run.state.bookmark} to ${run.settings.remote}`,
  skip: (run) => {
    const blocked = cannotPush(run);
    if (blocked !== undefined) return blocked;
    if (run.again) return "another round is due";
    return run.state.conflict === null && run.state.published.length === 0
      ? "nothing is parked"
      : undefined;
  },
  async run(run): Promise<void> {
    const known = await knownConflicts(run);
    const { conflict } = run.state;
    if (conflict !== null) await pushConflict(run, conflict, known);
    else await withdrawConflict(run, known);
  },
};

async function pushConflict(
  run: SyncRun,
  conflict: string,
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const { jj } = run.programs;
  const bookmark = ownBookmark(run, known);
  if (known.get(bookmark) === conflict || !await passesGate(run, conflict)) return;
  // Before the push: one that arrives although we are killed must be recognized when it is resolved.
  save(run, { bookmark, published: [...new Set([...run.state.published, conflict])] });
  await jj.setBookmark(bookmark, conflict);
  await pushed(run, bookmark);
}

/** The bookmark to park under: another machine with the same host name has its own. */
function ownBookmark(run: SyncRun, known: ReadonlyMap<string, string>): string {
  const isOwn = (name: string): boolean => {
    const there = known.get(name);
    return there === undefined || there === run.state.conflict ||
      run.state.published.includes(there);
  };
  if (isOwn(run.state.bookmark)) return run.state.bookmark;
  warn(run, `${run.state.bookmark} on the remote is not this machine's: is its host name unique?`);
  for (let number = 2;; number++) {
    const name = `conflict/${run.settings.host}-${number}`;
    if (isOwn(name)) return name;
  }
}

async function withdrawConflict(run: SyncRun, known: ReadonlyMap<string, string>): Promise<void> {
  const { bookmark, published } = run.state;
  const there = known.get(bookmark);
  await run.programs.jj.deleteBookmark(bookmark);
  if (there !== undefined && published.includes(there) && !await pushed(run, bookmark)) return;
  save(run, { published: [] });
}

async function pushed(run: SyncRun, bookmark: string): Promise<boolean> {
  const { remote, timeout } = run.settings;
  const output = await run.programs.jj.push(bookmark, remote);
  if (output.status === 0 && !output.timedOut) return true;
  const trouble = remoteTrouble(output, timeout);
  run.trouble = { at: "push", fatal: trouble.kind === "refused", reason: trouble.reason };
  warn(run, `cannot push ${bookmark} to ${remote}, it is kept here: ${trouble.reason}`);
  return false;
}
