import type { Command } from "./command.ts";
import { flagOf, type Option, type Options } from "./options.ts";

/** What can be told of a command; one of our tasks reads no configuration. */
export type Documented<O extends Options> =
  & Omit<Command<O>, "config" | "run">
  & Partial<Pick<Command<O>, "config">>;

/** How every program can end besides what its record says, whatever it is about. */
export const commonExits =
  "As every program: 70 for a bug in it; 129, 130, 143 when hang-up, Ctrl-C or SIGTERM ends it.";

/** What `--help` prints; made from the same records that parse the command line. */
export function helpText<O extends Options>(command: Documented<O>, common: Options): string {
  const operands = command.operands === undefined ? "" : ` ${command.operands.usage}`;
  const parts = [
    `${command.summary}\n\nUsage: ${command.name} [OPTION...]${operands}`,
    ...(command.operands === undefined ? [] : [`  ${command.operands.help}`]),
    `Options:\n${optionLines({ ...command.options, ...common })}`,
    ...(command.details ?? []),
    `Exit status:\n${command.exits.map(([code, when]) => `  ${code}  ${when}`).join("\n")}`,
    ...(command.config === undefined ? [] : [
      commonExits,
      `Configuration: ${command.config.path} (JSON; the keys are the options in camelCase, flags win)`,
    ]),
  ];
  return parts.join("\n\n");
}

function optionLines(options: Options): string {
  const typed = Object.entries(options).filter(([, option]) => option.configOnly !== true);
  const rows = typed.map(([key, option]) => {
    const flag = flagOf(key, option);
    const left = option.value === undefined ? flag : `${flag} ${option.value}`;
    return [`  ${left}`, option.help + fallbackText(option)] as const;
  });
  // A longer one has its help on the next line and does not push that of the others away.
  const width = Math.max(...rows.map(([left]) => left.length).filter((length) => length <= 32));
  return rows
    .map(([left, help]) =>
      left.length > width
        ? `${left}\n${" ".repeat(width + 2)}${help}`
        : `${left.padEnd(width + 2)}${help}`
    )
    .join("\n");
}

/** The default in brackets, where there is one to tell of. */
export function fallbackText(option: Option<unknown>): string {
  if (option.fallbackText !== undefined) return ` [${option.fallbackText}]`;
  const { fallback } = option;
  return typeof fallback === "string" || typeof fallback === "number" ? ` [${fallback}]` : "";
}
