import process from "node:process";
import { startProgram } from "../src/cli/multicall.ts";
import { terminalReport } from "../src/cli/report.ts";

// The paths are literals, so that each program becomes a part of its own that is loaded when called.
const programs = {
  "auto-upgrade": () => import("./auto-upgrade.ts"),
  "check-sops": () => import("./check-sops.ts"),
  "chezmoi-resolve": () => import("./chezmoi-resolve.ts"),
  "chezmoi-show-conflicts": () => import("./chezmoi-show-conflicts.ts"),
  "chezmoi-status": () => import("./chezmoi-status.ts"),
  "chezmoi-sync": () => import("./chezmoi-sync.ts"),
  "dotfiles-audit": () => import("./dotfiles-audit.ts"),
  "golden-boot-check": () => import("./golden-boot-check.ts"),
  "golden-boot-validate": () => import("./golden-boot-validate.ts"),
  "golden-mark-pending": () => import("./golden-mark-pending.ts"),
  "host-commit": () => import("./host-commit.ts"),
  "host-status": () => import("./host-status.ts"),
  "pin-golden": () => import("./pin-golden.ts"),
  "rebuild-smart": () => import("./rebuild-smart.ts"),
  "rollback-to-golden": () => import("./rollback-to-golden.ts"),
  "show-boot-status": () => import("./show-boot-status.ts"),
  "show-golden": () => import("./show-golden.ts"),
  "upgrade-status": () => import("./upgrade-status.ts"),
};

const args = process.argv.slice(2);
process.exitCode = await startProgram(process.argv0, args, programs, terminalReport());
