import { realPath, stat } from "../host/files.ts";
import type { UpgradeSettings } from "./run.ts";

/** What the kernel and the first stage of a boot come from. */
const bootedParts = ["kernel", "initrd", "kernel-modules"] as const;

/** Why the system that is the default needs a reboot; nothing where links are missing. */
export function needsReboot(
  { bootedSystem, profile }: Pick<UpgradeSettings, "bootedSystem" | "profile">,
): string | undefined {
  const differing = bootedParts.filter((part) => {
    const [booted, next] = [`${bootedSystem}/${part}`, `${profile}/${part}`];
    if (stat(booted) === undefined || stat(next) === undefined) return false;
    return realPath(booted) !== realPath(next);
  });
  return differing.length === 0 ? undefined : `${differing.join(", ")} changed`;
}
