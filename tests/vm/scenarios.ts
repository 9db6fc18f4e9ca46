/** All scenarios, those first that say most in the shortest time. */
import type { Scenario } from "./scenario.ts";
import { cleanReboot } from "./scenarios/clean_reboot.ts";
import { collectedGarbage } from "./scenarios/collected_garbage.ts";
import { emergencyMode } from "./scenarios/emergency_mode.ts";
import { failingUnit } from "./scenarios/failing_unit.ts";
import { goldenFails } from "./scenarios/golden_fails.ts";
import { goodGeneration } from "./scenarios/good_generation.ts";
import { hangingBoot } from "./scenarios/hanging_boot.ts";
import { installed } from "./scenarios/installed.ts";
import { kernelPanic } from "./scenarios/kernel_panic.ts";
import { lostWaiter } from "./scenarios/lost_waiter.ts";
import { normalBoot } from "./scenarios/normal_boot.ts";
import { powerCut, powerCutBefore } from "./scenarios/power_cut.ts";
import { protectionKeys } from "./scenarios/protection_keys.ts";
import { truncatedState } from "./scenarios/truncated_state.ts";

/** By the names they are selected with. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  "good-generation": goodGeneration,
  "failing-unit": failingUnit,
  "normal-boot": normalBoot,
  "protection-keys": protectionKeys,
  "clean-reboot": cleanReboot,
  "truncated-state": truncatedState,
  "power-cut": powerCut,
  "power-cut-before": powerCutBefore,
  "collected-garbage": collectedGarbage,
  "golden-fails": goldenFails,
  "kernel-panic": kernelPanic,
  "emergency-mode": emergencyMode,
  "hanging-boot": hangingBoot,
  "lost-waiter": lostWaiter,
  "installed": installed,
};
