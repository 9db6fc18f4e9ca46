/** `deno task docs`: writes docs/reference, one page a program, from the records that parse its options. */
import { dotfilesAudit } from "../audit/dotfiles_audit.ts";
import { commonOptions } from "../cli/command.ts";
import type { Command } from "../cli/command.ts";
import { fallbackText } from "../cli/help.ts";
import { flagOf, type Options } from "../cli/options.ts";
import { hostCommit } from "../config/host_commit.ts";
import { chezmoiResolve } from "../dotfiles/resolve.ts";
import { chezmoiShowConflicts } from "../dotfiles/show_conflicts.ts";
import { chezmoiStatus } from "../dotfiles/status.ts";
import { chezmoiSync } from "../dotfiles/sync.ts";
import { goldenBootCheck } from "../golden/check.ts";
import { goldenMarkPending } from "../golden/mark.ts";
import { pinGolden } from "../golden/pin.ts";
import { rollbackToGolden } from "../golden/rollback.ts";
import { showBootStatus } from "../golden/show_boot_status.ts";
import { showGolden } from "../golden/show_golden.ts";
import { goldenBootValidate } from "../golden/validate.ts";
import { checkSops } from "../sops/check_sops.ts";
import { rebuildSmart } from "../rebuild/rebuild.ts";
import { autoUpgrade } from "../upgrade/auto_upgrade.ts";
import { upgradeStatus } from "../upgrade/upgrade_status.ts";

/** The reference page of a program, in Markdown. */
export function referencePage<O extends Options>(command: Command<O>): string {
  const rows = Object.entries({ ...command.options, ...commonOptions }).map(([key, option]) => {
    const flag = flagOf(key, option);
    const left = option.value === undefined ? flag : `${flag} ${option.value}`;
    const configKey = option.flagOnly === true ? "" : `\`${key}\``;
    const cells = [
      option.configOnly === true ? "" : `\`${left.replaceAll("|", "\\|")}\``,
      configKey,
      option.help + fallbackText(option),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    `# ${command.name}`,
    command.summary,
    `    ${command.name} [OPTION...]${
      command.operands === undefined ? "" : ` ${command.operands.usage}`
    }`,
    ...(command.operands === undefined ? [] : [command.operands.help + "."]),
    ["| option | configuration | |", "|---|---|---|", ...rows].join("\n"),
    ...(command.details ?? []).map((text) => text.replaceAll("\n", " ")),
    ["| exit | |", "|---|---|", ...command.exits.map(([code, when]) => `| ${code} | ${when} |`)]
      .join("\n"),
    `Configuration file: \`${command.config.path}\`.`,
  ].join("\n\n") + "\n";
}

/** Every page by file name. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    [`${chezmoiSync.name}.md`, referencePage(chezmoiSync)],
    [`${chezmoiStatus.name}.md`, referencePage(chezmoiStatus)],
    [`${chezmoiShowConflicts.name}.md`, referencePage(chezmoiShowConflicts)],
    [`${chezmoiResolve.name}.md`, referencePage(chezmoiResolve)],
    [`${goldenMarkPending.name}.md`, referencePage(goldenMarkPending)],
    [`${goldenBootCheck.name}.md`, referencePage(goldenBootCheck)],
    [`${goldenBootValidate.name}.md`, referencePage(goldenBootValidate)],
    [`${pinGolden.name}.md`, referencePage(pinGolden)],
    [`${showGolden.name}.md`, referencePage(showGolden)],
    [`${rebuildSmart.name}.md`, referencePage(rebuildSmart)],
    [`${rollbackToGolden.name}.md`, referencePage(rollbackToGolden)],
    [`${showBootStatus.name}.md`, referencePage(showBootStatus)],
    [`${hostCommit.name}.md`, referencePage(hostCommit)],
    [`${checkSops.name}.md`, referencePage(checkSops)],
    [`${dotfilesAudit.name}.md`, referencePage(dotfilesAudit)],
    [`${autoUpgrade.name}.md`, referencePage(autoUpgrade)],
    [`${upgradeStatus.name}.md`, referencePage(upgradeStatus)],
  ]);
}

if (import.meta.main) {
  const directory = new URL("../../docs/reference/", import.meta.url);
  await Deno.mkdir(directory, { recursive: true });
  for (const [name, page] of referencePages()) {
    await Deno.writeTextFile(new URL(name, directory), page);
  }
}
