import { ExitCode } from "../cli/exit_code.ts";
import type { Values } from "../cli/options.ts";
import type { Report } from "../cli/report.ts";
import type { Settings, syncOptions } from "./settings.ts";

export function previewSync(
  _settings: Settings,
  _options: Values<typeof syncOptions>,
  _report: Report,
): Promise<ExitCode> {
  throw new Error("todo");
}
