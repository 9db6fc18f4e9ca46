import { processorWithKeys } from "../machine/qemu.ts";
import { type Scenario, startWithGolden } from "../scenario.ts";

/**
 * V8 allocates a memory protection key where there are any, with a system call that systemd counts
 * among no others: the units were once killed for it, on some machines and not on others.
 */
export const protectionKeys: Scenario = {
  name: "a processor with memory protection keys: the units are not killed",
  processor: processorWithKeys,
  run: startWithGolden,
};
