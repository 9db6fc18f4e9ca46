import manifest from "../../deno.json" with { type: "json" };
import { type Command, commonOptions } from "../cli/command.ts";
import { commonExits, fallbackText } from "../cli/help.ts";
import { flagOf, type Option, type Options } from "../cli/options.ts";

/** When the wording of all pages was last gone over; a date of the build would make builds differ. */
const written = "2026-11-21";

/** A program's manual page, in the macros of man(7), from the record that parses its options. */
export function manPage(command: Command<Options>, all: readonly Command<Options>[]): string {
  const { name, summary, operands, details = [], exits, config } = command;
  const typed = Object.entries({ ...command.options, ...commonOptions })
    .filter(([, option]) => option.configOnly !== true);
  const keys = Object.entries(config.options).filter(([, option]) => option.flagOnly !== true);
  const others = all.filter((each) => each.config.path === config.path && each !== command)
    .map((each) => each.name).sort();
  return [
    `.TH ${macroArgument(name.toUpperCase())} 1 ${written} "holdfast ${manifest.version}"`,
    section("NAME", `${escaped(name)} \\- ${escaped(withoutStop(summary))}`),
    section(
      "SYNOPSIS",
      `\\fB${escaped(name)}\\fR [\\fIOPTION\\fR...]${
        operands === undefined ? "" : ` ${escaped(operands.usage)}`
      }`,
    ),
    section("DESCRIPTION", ...paragraphs([summary, ...operandsText(command), ...details])),
    section(
      "OPTIONS",
      ...typed.map(([key, option]) => tagged(flagText(key, option), helpOf(option))),
    ),
    section(
      "EXIT STATUS",
      ...exits.map(([code, when]) => tagged(`\\fB${code}\\fR`, when)),
      `.PP\n${line(commonExits)}`,
    ),
    section(
      "FILES",
      tagged(
        `\\fI${escaped(config.path)}\\fR`,
        "Configuration, one JSON object; what is typed wins. NixOS's module writes it. Its keys:",
      ),
      ".RS",
      ...keys.map(([key, option]) => tagged(`\\fB${escaped(key)}\\fR`, helpOf(option))),
      ".RE",
    ),
    ...(others.length === 0 ? [] : [section(
      "SEE ALSO",
      others.map((other, at) => `.BR ${escaped(other)} (1)${at + 1 < others.length ? "," : ""}`)
        .join("\n"),
    )]),
  ].join("\n") + "\n";
}

function section(title: string, ...body: readonly string[]): string {
  return [`.SH ${title}`, ...body].join("\n");
}

function tagged(tag: string, text: string): string {
  return `.TP\n${tag}\n${line(text)}`;
}

function flagText(key: string, option: Option<unknown>): string {
  const flag = `\\fB${escaped(flagOf(key, option))}\\fR`;
  return option.value === undefined ? flag : `${flag} \\fI${escaped(option.value)}\\fR`;
}

function helpOf(option: Option<unknown>): string {
  return option.help + fallbackText(option);
}

function operandsText({ operands }: Command<Options>): readonly string[] {
  return operands === undefined ? [] : [`Operands: ${operands.help}`];
}

function paragraphs(texts: readonly string[]): readonly string[] {
  return texts.map((text, at) => (at === 0 ? "" : ".PP\n") + line(text));
}

/** Running text: what stands first on a line must not be taken for a macro. */
function line(text: string): string {
  const flowing = escaped(text.replaceAll("\n", " "));
  return /^[.']/.test(flowing) ? `\\&${flowing}` : flowing;
}

/** The signs of roff that text has, too; a plain hyphen could not be copied into a terminal. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
}

function macroArgument(text: string): string {
  return escaped(text).replaceAll('"', "");
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
