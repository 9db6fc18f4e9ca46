/** A made-up host: the values the modules' options have unless it says otherwise, and what comes of them. */
import { evaluate } from "./evaluate.ts";
import type { NixosOption } from "../../src/build/nixos_options.ts";

/** The values of one module's options. */
export type Values = Readonly<Record<string, unknown>>;

/** What our pure functions make of a host's options. */
export interface Rendered {
  /** Files below /etc/holdfast by name, not yet as text. */
  readonly etc: Readonly<Record<string, Values>>;
  readonly units: Readonly<Record<string, string>>;
  readonly userUnits: Readonly<Record<string, string>>;
  readonly tmpfiles: readonly string[];
  readonly preSwitchCheck: string;
  readonly programs: readonly string[];
}

/** Options by module, as a host would set them. */
export interface Host {
  readonly golden?: Values;
  readonly dotfiles?: Values;
  readonly git?: Values;
  readonly upgrade?: Values;
  readonly smart?: Values;
}

/** Module by the short name that tests use. */
export const modules = {
  dotfiles: "myModules.services.dotfiles.chezmoiSync",
  git: "myModules.system.gitManagement",
  upgrade: "myModules.services.autoUpgrade",
  smart: "myModules.services.rebuild.smart",
  golden: "myModules.system.boot.goldenGeneration",
} as const;

/** All declared options. */
export const declared = await evaluate<NixosOption[]>("import ./reference.nix");

/** What a host decides where the declaration has only words. */
const decidedByHost: Readonly<Record<keyof typeof modules, Values>> = {
  dotfiles: { users: { rain: { repoUrl: null } }, primaryUser: "rain" },
  git: { user: "rain", repoPath: "/home/rain/nix-config" },
  upgrade: {},
  smart: { hooks: { pre: [], post: [] } },
  golden: {
    requiredUnits: ["sshd.service"],
    bootLoader: "systemd-boot",
    loaderMount: "/boot",
    loaderMounts: ["/boot"],
  },
};

/** The declared defaults of a module, with what a host decides. */
export function usual(module: keyof typeof modules): Values {
  const prefix = `${modules[module]}.`;
  const plain = declared.filter(({ name }) => name.startsWith(prefix))
    .map(({ name, default: text }) => [name.slice(prefix.length), text] as const)
    .filter(([name, text]) => !/[.]/.test(name) && text !== null && isJson(text))
    .map(([name, text]) => [name, JSON.parse(text as string)] as const);
  return { ...Object.fromEntries(plain), ...decidedByHost[module] };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Renders hosts, all in one evaluation. */
export async function rendered(
  hosts: readonly Host[],
  { bin = "/bin", path = "/path/bin" } = {},
): Promise<readonly Rendered[]> {
  const filled = hosts.map((host) =>
    Object.fromEntries((Object.keys(modules) as (keyof typeof modules)[]).map((module) => [
      module,
      { ...usual(module), ...host[module] },
    ]))
  );
  return await evaluate(
    `map (host: let
      inherit (given) bin path;
      homes = builtins.mapAttrs (name: _: "/home/\${name}") host.dotfiles.users;
      golden = import ./lib/golden.nix { cfg = host.golden; inherit bin path; };
      dotfiles = import ./lib/dotfiles.nix { cfg = host.dotfiles; inherit bin path homes; };
      repository = import ./lib/config-repo.nix {
        inherit (host) git upgrade smart;
        dotfilesUsers = builtins.attrNames host.dotfiles.users;
        home = "/home/\${host.git.user}";
        inherit bin path;
      };
    in {
      etc = {
        golden = golden.json; dotfiles = dotfiles.json; config-repo = repository.json;
      };
      units = golden.units // dotfiles.units // repository.units;
      inherit (dotfiles) userUnits tmpfiles;
      inherit (golden) preSwitchCheck;
      programs = golden.programs ++ dotfiles.programs ++ repository.programs;
    }) given.hosts`,
    { hosts: filled, bin, path },
  );
}

/** Renders one host. */
export async function renderedHost(
  host: Host,
  places: { readonly bin?: string; readonly path?: string } = {},
): Promise<Rendered> {
  const [only] = await rendered([host], places);
  if (only === undefined) throw new Error("nothing was rendered");
  return only;
}
