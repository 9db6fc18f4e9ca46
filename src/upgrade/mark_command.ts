import { capture, type Output, ProgramMissingError } from "../host/process.ts";
import type { Action } from "./decide_activation.ts";
import type { UpgradeSettings } from "./run.ts";

/** Tells the golden generation what goes live, and how; `undefined` where it is not installed. */
export async function mark(
  toplevel: string,
  action: Action,
  { markCommand }: UpgradeSettings,
): Promise<Output | undefined> {
  try {
    return await capture({ argv: [...markCommand, toplevel, action], timeout: 60_000 });
  } catch (error) {
    if (error instanceof ProgramMissingError) return undefined;
    throw error;
  }
}
