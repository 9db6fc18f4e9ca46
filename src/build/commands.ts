import type { Command } from "../cli/command.ts";
import type { Options } from "../cli/options.ts";
import { hostCommit } from "../config/host_commit.ts";
import { dotfilesAudit } from "../audit/dotfiles_audit.ts";
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
import { rebuildSmart } from "../rebuild/rebuild.ts";
import { checkSops } from "../sops/check_sops.ts";
import { hostStatus } from "../status/host_status.ts";
import { autoUpgrade } from "../upgrade/auto_upgrade.ts";
import { upgradeStatus } from "../upgrade/upgrade_status.ts";

/** All commands of bin/, for what is generated from their records: pages, manuals, completions. */
export const commands: readonly Command<Options>[] = [
  chezmoiSync,
  chezmoiStatus,
  chezmoiShowConflicts,
  chezmoiResolve,
  dotfilesAudit,
  goldenMarkPending,
  goldenBootCheck,
  goldenBootValidate,
  pinGolden,
  showGolden,
  rollbackToGolden,
  showBootStatus,
  hostCommit,
  hostStatus,
  autoUpgrade,
  upgradeStatus,
  rebuildSmart,
  checkSops,
];
