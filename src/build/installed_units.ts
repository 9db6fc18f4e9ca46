import type { InstallValues } from "./install_options.ts";
import { renderUnit, renderUnits, usualUnitValues } from "./units.ts";

/** The person that units work for. */
export interface Person {
  readonly user: string;
  readonly home: string;
}

/** The units of an installation by name, and the names of those that lack something. */
export interface InstalledUnits {
  readonly system: ReadonlyMap<string, string>;
  /** For a person's own service manager. */
  readonly user: ReadonlyMap<string, string>;
  readonly leftOut: readonly string[];
}

const ofPerson = ["chezmoi-pre-update.service", "chezmoi-sync-manual.service"];
const ofRepository = [
  ...["auto-upgrade.service", "auto-upgrade.timer"],
  ...["host-auto-commit.service", "host-auto-commit.timer"],
];
/** The state directory of dotfiles on NixOS; written to where there is one. */
const sharedState = "/var/lib/chezmoi-sync";

/** Renders the units, as nix/lib fills them for NixOS. */
export function installedUnits(values: InstallValues, person: Person | undefined): InstalledUnits {
  const { prefix, repo, stateDir, loaderMounts } = values;
  const common = { bin: `${prefix}/bin`, path: values.path.join(":"), user: person?.user ?? "" };
  const dotfiles = { ...common, arguments: "", others: "", schedule: values.syncSchedule };
  const render = (names: readonly string[], more: Readonly<Record<string, unknown>>) =>
    names.map((name) => [name, renderUnit(name, { ...common, ...more })] as const);
  const system = new Map(renderUnits({ ...usualUnitValues, ...common, stateDir, loaderMounts }));
  const add = (units: readonly (readonly [string, string])[]): void =>
    units.forEach(([name, text]) => system.set(name, text));
  if (person !== undefined) {
    add(render(ofPerson, { ...dotfiles, writable: `${person.home} -${sharedState}` }));
  }
  if (person !== undefined && repo !== undefined) {
    const repository = { repo, writable: `${person.home} -${repo}`, randomizedDelaySeconds: 300 };
    const when = { upgrade: values.upgradeSchedule, commit: values.commitSchedule };
    const [upgrade, commit] = [ofRepository.slice(0, 2), ofRepository.slice(2)];
    add(render(upgrade, { ...repository, schedule: when.upgrade }));
    add(render(commit, { ...repository, schedule: when.commit }));
  }
  return {
    system,
    // Whoever enables them is who they work for, unless somebody is named.
    user: new Map(render(["chezmoi-sync.service", "chezmoi-sync.timer"], dotfiles)),
    leftOut: [...ofPerson, ...ofRepository].filter((name) => !system.has(name)),
  };
}
