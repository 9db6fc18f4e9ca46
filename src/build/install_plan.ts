import { commands } from "./commands.ts";
import type { InstallValues } from "./install_options.ts";
import { type InstalledUnits, installedUnits, type Person } from "./installed_units.ts";
import { manuals } from "./manuals.ts";
import { usualUnitValues } from "./units.ts";

/** What stands at a path: a text, a link, or the binary of a program. */
export type Content =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "binary"; readonly program: string };

/** What an installation consists of. */
export interface Plan {
  /** By the path below the prefix, in the order of writing: what others lead to comes first. */
  readonly files: ReadonlyMap<string, Content>;
  /** What a person does next, as lines for a terminal. */
  readonly next: string;
  /** Units that are not installed. */
  readonly leftOut: readonly string[];
}

/** The name of the binary that holds all programs. */
const multicall = "holdfast";

/** Where a service manager looks by itself. */
const searched = ["/usr", "/usr/local"];

/** Says what an installation consists of; touches nothing. */
export function planInstall(values: InstallValues, person: Person | undefined): Plan {
  const units = installedUnits(values, person);
  const programs = commands.map(({ name }) => name).sort();
  const binaries = values.separate ? programs : [multicall];
  const links = values.separate ? [] : programs;
  const text = (path: string, given: string): [string, Content] => [
    path,
    { kind: "text", text: given },
  ];
  const files = new Map<string, Content>([
    ...binaries.map((program): [string, Content] => [`bin/${program}`, {
      kind: "binary",
      program,
    }]),
    ...links.map((name): [string, Content] => [`bin/${name}`, { kind: "link", target: multicall }]),
    ...[...manuals()].map(([path, given]) => text(`share/${path}`, given)),
    ...[...units.user].map(([name, given]) => text(`lib/systemd/user/${name}`, given)),
    ...[...units.system].map(([name, given]) => text(`lib/systemd/system/${name}`, given)),
  ]);
  return { files, next: nextSteps(values, person, units), leftOut: units.leftOut };
}

function nextSteps(
  values: InstallValues,
  person: Person | undefined,
  { system, user }: InstalledUnits,
): string {
  const { prefix, repo } = values;
  const enabled = [...system].filter(([, text]) => text.includes("\n[Install]\n"))
    .map(([name]) => name);
  const isTimer = (name: string): boolean => name.endsWith(".timer") && !name.startsWith("golden-");
  const isGolden = (name: string): boolean => name.startsWith("golden-");
  const ofPerson = enabled.filter((name) => !isGolden(name) && !isTimer(name));
  const timers = enabled.filter(isTimer);
  const found = searched.includes(prefix);
  const link = (of: ReadonlyMap<string, string>, kind: string, command: string): string[] =>
    found ? [] : [
      `${command} link ${
        [...of.keys()].map((name) => `${prefix}/lib/systemd/${kind}/${name}`).join(" ")
      }`,
    ];
  const lines = (words: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${words} ${names.join(" ")}`];
  const settings = configurations(values, person);
  return [
    "Nothing is enabled or started. What a host is to do, say in",
    ...settings.map(([file, json]) => `    /etc/holdfast/${file}: ${json}`),
    "(every key: docs/reference), then, as root, the lines of what it is to do:",
    "    systemctl daemon-reload",
    ...[
      ...link(system, "system", "systemctl"),
      ...lines("systemctl enable", enabled.filter(isGolden)),
      ...lines("systemctl enable", ofPerson),
      ...lines("systemctl enable --now", timers),
    ].map((line) => `    ${line}`),
    `and ${person === undefined ? "as whoever's dotfiles are synced" : `as ${person.user}`}:`,
    ...[
      ...link(user, "user", "systemctl --user"),
      "systemctl --user enable --now chezmoi-sync.timer",
    ].map((line) => `    ${line}`),
    "The golden generation also needs what puts a system on trial, before each switch:",
    `    ${prefix}/bin/golden-mark-pending TOPLEVEL switch`,
    ...(values.stateDir === usualUnitValues.stateDir
      ? []
      : [`and ${values.stateDir}, root's own, on a disk.`]),
    ...(repo === undefined ? [] : [`${repo} has to be a git repository of ${person?.user}.`]),
  ].join("\n");
}

/** What each configuration file has to say at least. */
export function configurations(
  { stateDir, loaderMounts, repo }: InstallValues,
  person: Person | undefined,
): readonly (readonly [string, string])[] {
  const golden = {
    bootLoader: "systemd-boot",
    loaderMount: loaderMounts[0],
    requiredUnits: ["sshd.service"],
    ...(stateDir === usualUnitValues.stateDir ? {} : { stateDir }),
  };
  const dotfiles = { repoUrl: "ssh://git@HOST/dotfiles" };
  const repository = repo === undefined || person === undefined ? [] : [{ repo }];
  return [
    ["golden.json", JSON.stringify(golden)],
    ["dotfiles.json", JSON.stringify(dotfiles)],
    ...repository.map((each) => ["config-repo.json", JSON.stringify(each)] as const),
  ];
}
