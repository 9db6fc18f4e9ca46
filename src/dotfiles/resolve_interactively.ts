import * as prompts from "@clack/prompts";
import { printable } from "../cli/printable.ts";
import type { Programs } from "./facts.ts";
import { splitHunks } from "./hunks.ts";
import { mergeTarget } from "./merge_target.ts";
import { openMergeTool } from "./merge_tool.ts";
import {
  type ParkedConflict,
  type ParkedTarget,
  pathsOf,
  type SourceEntry,
  sourceOf,
} from "./parked.ts";
import { type Resolution, resolveBy } from "./resolve_parked.ts";

/** Longer than any marker a text may hold by itself. */
const markerSize = 40;

interface Options {
  readonly host: string;
  readonly mergeTool: boolean;
}

/** Asks about each parked target; those that the person skips stay parked. */
export async function resolveInteractively(
  programs: Programs,
  main: string,
  targets: readonly ParkedTarget[],
  options: Options,
): Promise<readonly Resolution[]> {
  prompts.intro(`${targets.length} parked`);
  const resolutions: Resolution[] = [];
  for (const target of targets) {
    const resolution = await ask(programs, main, target, options);
    if (resolution === "stop") break;
    if (resolution !== "skip") resolutions.push(resolution);
  }
  prompts.outro(`${resolutions.length} of ${targets.length} to be resolved`);
  return resolutions;
}

async function ask(
  programs: Programs,
  main: string,
  target: ParkedTarget,
  options: Options,
): Promise<Resolution | "skip" | "stop"> {
  const { git } = programs;
  const hosts = target.conflicts.map(({ host }) => host);
  const [only] = target.conflicts;
  if (options.mergeTool && only !== undefined) return await byTool(programs, main, target);
  for (const conflict of target.conflicts) {
    const { host, time, base, commit } = conflict;
    const show = async (title: string, to: string): Promise<void> => {
      const hunks = await git.hunks(base, to, pathsOf(target, conflict));
      prompts.note(printable(hunks.join("\n")), printable(`${target.key}: ${title}`));
    };
    await show("on the branch", main);
    await show(`on ${host}${host === options.host ? " (this host)" : ""}, ${time}`, commit);
  }
  const choice = await prompts.select({
    message: `${target.key}: where both edited the same lines, take`,
    options: [
      ...hosts.map((host) => ({ value: `host:${host}`, label: `the text of ${host}` })),
      { value: "remote", label: "the text of the branch" },
      { value: "union", label: "both, one after the other" },
      ...(hosts.length === 1 ? [{ value: "hunks", label: "decide hunk by hunk" }] : []),
      { value: "tool", label: "open the merge tool" },
      { value: "skip", label: "leave it parked" },
    ],
  });
  if (prompts.isCancel(choice)) return "stop";
  if (choice === "skip") return "skip";
  if (choice === "tool") return await byTool(programs, main, target);
  if (choice === "hunks" && only !== undefined) {
    return await byHunk(programs, main, target, only);
  }
  try {
    return await resolveBy(programs, main, target, choice.replace(/^host:/, ""));
  } catch (error) {
    prompts.log.warn((error as Error).message);
    return await ask(programs, main, target, options);
  }
}

interface Texts {
  readonly base: SourceEntry | undefined;
  readonly main: SourceEntry;
  readonly parked: SourceEntry;
}

/** The sides of a target that has a text on both; `undefined` when one of them deleted it. */
async function textsOf(
  programs: Programs,
  main: string,
  target: ParkedTarget,
  conflict: ParkedConflict,
): Promise<Texts | undefined> {
  const { git } = programs;
  const [base, onMain, parked] = await Promise.all([
    sourceOf(git, conflict.base, target.key),
    sourceOf(git, main, target.key),
    sourceOf(git, conflict.commit, target.key),
  ]);
  return onMain === undefined || parked === undefined ? undefined : { base, main: onMain, parked };
}

async function byHunk(
  programs: Programs,
  main: string,
  target: ParkedTarget,
  conflict: ParkedConflict,
): Promise<Resolution | "skip" | "stop"> {
  const { git } = programs;
  const texts = await textsOf(programs, main, target, conflict);
  const before = texts?.base?.blob ?? await git.store("");
  const merged = texts === undefined
    ? undefined
    : await git.mergeWithMarkers(markerSize, texts.main.blob, before, texts.parked.blob);
  if (texts === undefined || merged === undefined) {
    prompts.log.warn(`${target.key} has no lines to decide about; take one side as a whole`);
    return "skip";
  }
  let text = "";
  for (const hunk of splitHunks(merged, markerSize)) {
    if (hunk.kind === "agreed") {
      text += hunk.text;
      continue;
    }
    prompts.note(printable(hunk.ours) || "(nothing)", "on the branch");
    prompts.note(printable(hunk.theirs) || "(nothing)", `on ${conflict.host}`);
    const choice = await prompts.select({
      message: "take",
      options: [
        { value: hunk.theirs, label: `${conflict.host}'s` },
        { value: hunk.ours, label: "the branch's" },
        { value: hunk.ours + hunk.theirs, label: "both" },
        { value: hunk.base, label: "neither: as it was before" },
      ],
    });
    if (prompts.isCancel(choice)) return "stop";
    text += choice;
  }
  return await withBlob(programs, target, texts, await git.store(text));
}

async function byTool(
  programs: Programs,
  main: string,
  target: ParkedTarget,
): Promise<Resolution | "skip"> {
  const [conflict] = target.conflicts;
  const texts = conflict && await textsOf(programs, main, target, conflict);
  const blob = texts && await openMergeTool(programs.git, target.key, texts);
  if (texts === undefined || blob === undefined) {
    prompts.log.warn(`${target.key} was not merged by the tool and stays parked`);
    return "skip";
  }
  return await withBlob(programs, target, texts, blob);
}

/** A resolution with a text of the person's own; name and mode are merged as ever. */
async function withBlob(
  programs: Programs,
  target: ParkedTarget,
  texts: Texts,
  blob: string,
): Promise<Resolution> {
  const merged = await mergeTarget(programs.git, texts, "ours");
  return { target, outcome: merged === undefined ? undefined : { ...merged, blob } };
}
