import type { UnitState } from "../programs/systemctl.ts";
import {
  failed,
  type Finding,
  fine,
  octal,
  quoted,
  shellWord,
  unseen,
  warning,
} from "./decide_check.ts";
import type { InstallationFacts, SopsFacts } from "./facts.ts";
import type { Manifest } from "./manifest_state.ts";
import type { PlaceFacts } from "./place_facts.ts";

/**
 * How much older than the activation its secrets may be, in milliseconds. They are written in the
 * course of it, and the link to the system at its end; a host with a slow disk may take minutes.
 */
const patience = 10 * 60_000;

/** What installs the secrets of an installation once more. */
export function remedyOf({ unit }: InstallationFacts, { settings }: SopsFacts): string {
  return unit === undefined
    ? `sudo ${shellWord(`${settings.currentSystem}/activate`)}, and read what it says of sops`
    : `sudo systemctl restart ${unit}, then journalctl -b -u ${unit}`;
}

/** Judges whether what the system calls is what was done. */
export function judgeActivation(facts: SopsFacts): readonly Finding[] {
  const { settings: { currentSystem }, system, riddles } = facts;
  if (system.type === "forbidden") return [unseen(quoted(currentSystem))];
  if (system.type !== "directory") {
    return [failed(
      `there is no system at ${quoted(currentSystem)}`,
      "name the active one with --current-system",
    )];
  }
  return [
    ...riddles.map(({ path, kind }) =>
      kind === "forbidden" ? unseen(quoted(path)) : failed(
        `${quoted(path)} runs sops-install-secrets, but with no manifest that is found in it`,
        `look at it: grep sops-install-secrets ${shellWord(path)}`,
      )
    ),
    ...facts.installations.flatMap((each) => judgeInstallation(each, facts)),
  ];
}

function judgeInstallation(each: InstallationFacts, facts: SopsFacts): readonly Finding[] {
  const { content, place, manifest } = each;
  const rebuild = "build and switch to the configuration anew: sudo nixos-rebuild switch";
  switch (content.kind) {
    case "missing":
      return [failed(`the manifest ${quoted(manifest)} is not there`, rebuild)];
    case "forbidden":
      return [unseen(`the manifest ${quoted(manifest)}`)];
    case "corrupt":
      return [failed(
        `the manifest ${quoted(manifest)} was not acted upon: ${content.reason}`,
        rebuild,
      )];
    case "valid": {
      const found = place === undefined ? [] : judgePlace(each, content.state, place, facts);
      const unit = each.state === undefined ? undefined : judgeUnit(each.unit ?? "", each.state);
      return [...(unit === undefined ? [] : [unit]), ...found];
    }
  }
}

/** Judges the run of a unit: a oneshot that stays active when it succeeded (RemainAfterExit). */
function judgeUnit(
  unit: string,
  state: UnitState | { readonly reason: string },
): Finding | undefined {
  const journal = `journalctl -b -u ${unit}`;
  if ("reason" in state) {
    return warning(`systemd cannot be asked about ${unit}: ${state.reason}`, "ask it as root");
  }
  if (!state.isLoaded) {
    return failed(`systemd does not know ${unit}`, "sudo systemctl daemon-reload");
  }
  if (state.hasJob || state.active === "activating") {
    return warning(`${unit} is still at work`, `wait for it: ${journal}`);
  }
  if (state.active === "active" && state.result === "success") return undefined;
  return failed(
    state.active === "failed" || state.result !== "success"
      ? `${unit} failed (${state.result})`
      : `${unit} did not run: it is ${state.active}`,
    `${journal}, then sudo systemctl restart ${unit}`,
  );
}

/** Judges the link, the generation and the file system of an installation. */
function judgePlace(
  each: InstallationFacts,
  manifest: Manifest,
  { link, linkText, generation, mount, aroundMount, fileSystem }: PlaceFacts,
  facts: SopsFacts,
): readonly Finding[] {
  const remedy = remedyOf(each, facts);
  const [path, root] = [quoted(manifest.symlinkPath), quoted(manifest.secretsMountPoint)];
  if (link.type === "forbidden") return [unseen(path)];
  if (link.type !== "link") {
    return [failed(link.type === "missing" ? `${path} is missing` : `${path} is no link`, remedy)];
  }
  if (generation === undefined) {
    // Between the look and the reading of the link an activation may have replaced it.
    const what = linkText === undefined ? "cannot be read" : `leads to no generation in ${root}`;
    return [failed(`${path} ${what}`, remedy)];
  }
  const { path: directory, look } = generation;
  const number = directory.slice(directory.lastIndexOf("/") + 1);
  if (look.type === "forbidden") return [unseen(quoted(directory))];
  if (look.type !== "directory") {
    return [failed(`${path} leads to ${quoted(directory)}, which is not there`, remedy)];
  }
  const troubles: Finding[] = [];
  if (look.uid !== 0 || (look.mode & 0o022) !== 0) {
    // prepareSecretsDir makes it for root and the group keys, 0751.
    troubles.push(failed(
      `others than root can put files into ${quoted(directory)}: ` +
        `user ${look.uid}, mode ${octal(look.mode)}`,
      remedy,
    ));
  }
  // MountSecretFs of linux.go: a ramfs, which is never swapped out, or on demand a tmpfs.
  const right = manifest.useTmpfs ? "tmpfs" : "ramfs";
  if (mount.type !== "directory" || fileSystem === undefined) {
    troubles.push(warning(`the file system of ${root} cannot be told`, `findmnt -T ${root}`));
  } else if (!["ramfs", "tmpfs"].includes(fileSystem)) {
    troubles.push(failed(`the secrets are not in memory: ${root} is on ${fileSystem}`, remedy));
  } else if (fileSystem !== right) {
    troubles.push(warning(
      `${root} is a ${fileSystem}, not a ${right}` +
        (right === "ramfs" ? ": secrets may be swapped out to a disk" : ""),
      remedy,
    ));
  } else if ("device" in aroundMount && aroundMount.device === mount.device) {
    troubles.push(warning(`${root} is no file system of its own`, remedy));
  }
  const { link: system } = facts;
  if (
    each.unit === undefined && system.type === "link" && look.modified + patience < system.modified
  ) {
    // The activation script goes on after a part that failed, and each of its runs makes a new
    // generation. A unit is left alone by a switch that does not concern it.
    troubles.push(warning(
      `the secrets are older than the last activation, which may have failed to install them`,
      remedy,
    ));
  }
  return troubles.length > 0 ? troubles : [
    fine(`${path} is generation ${number}, of ${quoted(each.manifest)}`),
  ];
}
