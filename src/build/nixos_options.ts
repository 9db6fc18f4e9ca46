/** `deno task docs:nixos`: writes docs/reference/nixos-options.md from what nix/reference.nix evaluates to. */

/** One option of the NixOS modules, as nix/reference.nix tells it. */
export interface NixosOption {
  readonly name: string;
  readonly type: string;
  /** In words, or as JSON; null where it has to be set. */
  readonly default: string | null;
  readonly description: string;
}

/** The page of all options, in Markdown. */
export function nixosOptionsPage(options: readonly NixosOption[]): string {
  const groups = Map.groupBy(options, ({ name }) => moduleOf(name));
  return [
    "# NixOS options",
    "Written by `deno task docs:nixos` from the declarations in nix/modules.",
    "`myModules.common.autoUpgrade` is another name of `myModules.services.autoUpgrade`.",
    ...[...groups].map(([module, its]) => {
      const rows = its.map((option) => {
        const name = option.name.slice(module.length + 1);
        const default_ = option.default === null ? "" : `\`${option.default}\``;
        const cells = [`\`${name}\``, option.type, default_, oneLine(option.description)];
        return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
      });
      const head = ["| option | type | default | |", "|---|---|---|---|"];
      return [`## ${module}`, [...head, ...rows].join("\n")].join("\n\n");
    }),
  ].join("\n\n") + "\n";
}

/** The part of a name up to where `enable` stands, which every module has but that of the package. */
function moduleOf(name: string): string {
  const modules = [
    "myModules.services.dotfiles.chezmoiSync",
    "myModules.system.gitManagement",
    "myModules.services.autoUpgrade",
    "myModules.services.rebuild.smart",
    "myModules.system.boot.goldenGeneration",
    "myModules.holdfast",
  ];
  const found = modules.find((module) => name.startsWith(`${module}.`));
  if (found === undefined) throw new Error(`${name} belongs to no module that is known`);
  return found;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}

if (import.meta.main) {
  const given: NixosOption[] = JSON.parse(await new Response(Deno.stdin.readable).text());
  const page = new URL("../../docs/reference/nixos-options.md", import.meta.url);
  await Deno.writeTextFile(page, nixosOptionsPage(given));
}
