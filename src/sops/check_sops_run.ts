import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { usageFailure } from "../cli/failure.ts";
import type { checkSopsOptions } from "./check_sops.ts";
import { quoted } from "./decide_check.ts";
import { type SopsReport, summaryOf } from "./decide_report.ts";
import { lookAtSops } from "./look.ts";

/** Does what `check-sops` was called for. */
export async function runCheckSops(
  { options: { json, currentSystem }, report }: Call<typeof checkSopsOptions>,
): Promise<ExitCode> {
  if (!currentSystem.startsWith("/")) {
    throw usageFailure(`currentSystem ${JSON.stringify(currentSystem)} should be an absolute path`);
  }
  const found = await lookAtSops({ currentSystem });
  report.answer(json ? JSON.stringify(found, null, 2) : asText(found));
  if (found.ok) return ExitCode.done;
  report.error(summaryOf(found));
  // `check-sops && …` must not go on over what could not be looked at.
  const hasFailed = found.checks.some(({ state }) => state === "failed");
  return hasFailed ? ExitCode.needsPerson : ExitCode.failed;
}

/** The checks in lines for a person, and the secrets that are not as they should be. */
function asText({ checks, secrets }: SopsReport): string {
  return [
    ...checks.flatMap(({ name, state, detail, remedy }) => [
      `${state.padEnd(8)} ${name.padEnd(11)} ${detail}`,
      ...(remedy === undefined ? [] : [`${" ".repeat(20)} do: ${remedy}`]),
    ]),
    ...secrets.filter(({ state }) => state !== "ok").map(({ kind, name, state, detail }) =>
      `${state.padEnd(8)} ${kind.padEnd(11)} ${quoted(name)}: ${detail}`
    ),
  ].join("\n");
}
