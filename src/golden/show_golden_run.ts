import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { readLink } from "../host/files.ts";
import { toplevelAt } from "../programs/nix.ts";
import { systemTrouble } from "./facts.ts";
import type { Golden } from "./golden_state.ts";
import { settle } from "./settings.ts";
import type { showGoldenOptions } from "./show_golden.ts";
import { lookAtState } from "./state_files.ts";

/** Does what `show-golden` was called for. */
export async function runShowGolden(
  { options, report }: Call<typeof showGoldenOptions>,
): Promise<ExitCode> {
  const settings = await settle(options);
  const { state: { golden }, troubles } = lookAtState(settings.stateDir);
  const corrupt = troubles.find(({ path }) => path.endsWith("/golden.json"));
  const isRooted = golden !== undefined && hasRoot(golden.path, settings.gcRootsDir);
  const trouble = corrupt !== undefined
    ? `${corrupt.path} is corrupt: ${corrupt.reason}`
    : golden === undefined
    ? "nothing is golden: pin-golden pins the booted one"
    : systemTrouble(golden.path, settings) ??
      (isRooted ? undefined : "no root keeps it from the garbage collector: pin it again");
  if (options.json) {
    report.answer(JSON.stringify({ golden: golden ?? null, trouble: trouble ?? null }));
  } else if (golden !== undefined) report.answer(asText(golden, settings));
  if (trouble !== undefined) {
    report.error(trouble);
    report.hint(
      "show-boot-status tells what else there is, and pin-golden pins a system that is well",
    );
  }
  return trouble === undefined ? ExitCode.done : ExitCode.failed;
}

/** Whether a root holds a path; `golden-next` is what an interrupted pin leaves. */
function hasRoot(path: string, directory: string): boolean {
  try {
    return ["golden", "golden-next"].some((name) => readLink(`${directory}/${name}`) === path);
  } catch {
    return true; // It is root's alone, and nothing is known against it.
  }
}

/** What is golden, in lines for a person. */
function asText(golden: Golden, settings: { bootedSystem: string; profile: string }): string {
  const uses = [
    ...(toplevelAt(settings.bootedSystem) === golden.path ? ["booted"] : []),
    ...(toplevelAt(settings.profile) === golden.path ? ["the profile's"] : []),
  ];
  const { specialisation, parent, generation, bootId } = golden;
  return [
    `golden      ${golden.path}`,
    ...(parent === null ? [] : [`            specialisation ${specialisation} of ${parent}`]),
    `generation  ${generation ?? "none: it lives by its root alone"}`,
    `pinned      ${golden.pinnedAt}${bootId === null ? " by hand" : `, proven in boot ${bootId}`}`,
    `now         ${uses.length === 0 ? "another generation is in use" : uses.join(", ")}`,
  ].join("\n");
}
