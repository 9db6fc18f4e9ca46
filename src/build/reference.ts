/** `deno task docs`: writes docs/reference, one page a program, from the records that parse its options. */
import { commonOptions } from "../cli/command.ts";
import type { Command } from "../cli/command.ts";
import { commonExits, fallbackText } from "../cli/help.ts";
import { flagOf, type Options } from "../cli/options.ts";
import { commands } from "./commands.ts";

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
    commonExits,
    `Configuration file: \`${command.config.path}\`.`,
  ].join("\n\n") + "\n";
}

/** Every page by file name. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map(commands.map((command) => [`${command.name}.md`, referencePage(command)]));
}

if (import.meta.main) {
  const directory = new URL("../../docs/reference/", import.meta.url);
  await Deno.mkdir(directory, { recursive: true });
  for (const [name, page] of referencePages()) {
    await Deno.writeTextFile(new URL(name, directory), page);
  }
}
