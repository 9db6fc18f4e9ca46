import { type Command, commonOptions } from "../cli/command.ts";
import { flagOf, type Option, type Options } from "../cli/options.ts";

/** What may follow a flag, as far as a shell can know it. */
type Value = "nothing" | "anything" | "file" | "directory" | readonly string[];

interface Flag {
  readonly flag: string;
  readonly help: string;
  readonly label: string;
  readonly value: Value;
}

/** The completions of a program for bash, zsh and fish, by the path below the package's share/. */
export function completions(command: Command<Options>): ReadonlyMap<string, string> {
  const { name } = command;
  return new Map([
    [`bash-completion/completions/${name}`, bash(command)],
    [`zsh/site-functions/_${name}`, zsh(command)],
    [`fish/vendor_completions.d/${name}.fish`, fish(command)],
  ]);
}

function flagsOf(command: Command<Options>): readonly Flag[] {
  return Object.entries({ ...command.options, ...commonOptions })
    .filter(([, option]) => option.configOnly !== true)
    .map(([key, option]) => ({
      flag: flagOf(key, option),
      help: option.help,
      label: option.value ?? "",
      value: valueOf(option),
    }));
}

/** The word for a value tells what it is: `a|b`, DIR, FILE. A word in capitals stands for a name. */
function valueOf({ value }: Option<unknown>): Value {
  if (value === undefined) return "nothing";
  if (value === "DIR") return "directory";
  if (value === "FILE" || value === "PATH") return "file";
  if (!value.includes("|")) return "anything";
  return value.split("|").filter((word) => word !== word.toUpperCase());
}

function bash(command: Command<Options>): string {
  const flags = flagsOf(command);
  const name = `_holdfast_${command.name.replaceAll("-", "_")}`;
  const cases = flags.filter(({ value }) => value !== "nothing").map(({ flag, value }) =>
    `    ${flag}) ${reply(value)}return ;;`
  );
  const operand = command.operands === undefined ? "" : `  else\n    ${reply("file")}:\n`;
  return `# bash completion for ${command.name}
${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  # bash takes --flag=value for three words.
  if [[ $current == "=" ]]; then
    current=
  elif [[ $previous == "=" ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $previous in
${cases.join("\n")}
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W '${flags.map(({ flag }) => flag).join(" ")}' -- "$current")
${operand}  fi
}
complete -F ${name} ${command.name}
`;
}

function reply(value: Value): string {
  if (value === "anything" || value === "nothing") return "";
  const [generated, files] = value === "directory"
    ? ["-d", true]
    : value === "file"
    ? ["-f", true]
    : [`-W '${value.join(" ")}'`, false];
  const fill = `mapfile -t COMPREPLY < <(compgen ${generated} -- "$current"); `;
  return files ? `compopt -o filenames; ${fill}` : fill;
}

function zsh(command: Command<Options>): string {
  const specs = flagsOf(command).map(({ flag, help, label, value }) => {
    const says = `[${help.replace(/[[\]:\\]/g, "\\$&")}]`;
    if (value === "nothing") return `${flag}${says}`;
    // The equals sign says that the value may follow one, or be a word of its own.
    const action = value === "anything"
      ? " "
      : value === "file"
      ? "_files"
      : value === "directory"
      ? "_files -/"
      : `(${value.join(" ")})`;
    return `${flag}=${says}:${label.replaceAll(":", "\\:")}:${action}`;
  });
  const operand = command.operands === undefined ? [] : ["*:operand:_files"];
  const lines = [...specs, ...operand].map((spec) => `  ${quoted(spec)}`);
  return `#compdef ${command.name}\n_arguments -S \\\n${lines.join(" \\\n")}\n`;
}

function fish(command: Command<Options>): string {
  const start = `complete -c ${command.name}`;
  const lines = flagsOf(command).map(({ flag, help, value }) => {
    const end = value === "nothing"
      ? ""
      : value === "anything"
      ? " -x"
      : value === "file"
      ? " -r -F"
      : value === "directory"
      ? " -x -a '(__fish_complete_directories)'"
      : ` -x -a ${quotedForFish(value.join(" "))}`;
    return `${start} -l ${flag.slice(2)} -d ${quotedForFish(help)}${end}`;
  });
  return [...(command.operands === undefined ? [`${start} -f`] : []), ...lines].join("\n") + "\n";
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Unlike a POSIX shell, fish knows two escapes within single quotes. */
function quotedForFish(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
