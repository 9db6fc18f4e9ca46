import { refusal, usageFailure } from "../cli/failure.ts";
import { workingDirectory } from "../host/environment.ts";
import { lstat, parentOf, stat } from "../host/files.ts";
import { encryptYaml } from "../programs/sops.ts";
import type { MovedSecret } from "./plan_migration.ts";

/** The file that the secrets go into. */
export interface SecretsFile {
  readonly path: string;
  readonly text: string;
  readonly isEncrypted: boolean;
  /** Why it is not. */
  readonly reason?: string;
}

/**
 * Makes the file of the secrets: encrypted by sops where that can be done, else plain, in a directory
 * that lies in no repository.
 *
 * @throws {Failure} when it is there already, or would lie in a repository in clear
 */
export async function secretsFile(
  moved: readonly MovedSecret[],
  { sopsFile, stateDirectory }: {
    readonly sopsFile: string | undefined;
    readonly stateDirectory: string;
  },
): Promise<SecretsFile> {
  const text = skeleton(moved);
  let reason = "no --sops-file is given";
  if (sopsFile !== undefined) {
    const path = sopsFile.startsWith("/") ? sopsFile : `${workingDirectory()}/${sopsFile}`;
    const directory = parentOf(path);
    if (stat(directory)?.isDirectory !== true) {
      throw usageFailure(`the directory of --sops-file is not there: ${directory}`);
    }
    checkFree(path, "name another file: what sops has encrypted is not added to");
    const name = path.slice(path.lastIndexOf("/") + 1);
    const encrypted = await encryptYaml(text, { directory, name });
    if (encrypted.kind === "encrypted") {
      if (
        moved.some(({ value }) => encrypted.text.includes(value)) || !/^sops:/m.test(encrypted.text)
      ) {
        throw refusal(
          "what sops printed is not encrypted",
          "look at the .sops.yaml of the secrets",
        );
      }
      return { path, text: encrypted.text, isEncrypted: true };
    }
    reason = encrypted.kind === "absent"
      ? "sops is not on PATH"
      : `sops ended with ${encrypted.status}: has ${directory} a .sops.yaml that names this file?`;
  }
  const path = `${stateDirectory}/dotfiles-secrets.yaml`;
  checkFree(path, "it is of an earlier migration: encrypt it, and remove it");
  const repository = repositoryAbove(stateDirectory);
  if (repository !== undefined) {
    throw refusal(
      `secrets in clear would lie in a repository: ${stateDirectory} is in ${repository}`,
      "give another directory with --state-dir, or have sops on PATH and give --sops-file",
    );
  }
  return { path, text, isEncrypted: false, reason };
}

/** What a NixOS host needs to have the secrets in place. */
export function nixBlock(
  moved: readonly MovedSecret[],
  { owner, secretsDirectory }: { readonly owner: string; readonly secretsDirectory: string },
): string {
  const usual = secretsDirectory === "/run/secrets";
  return [
    "sops.secrets = {",
    ...moved.flatMap(({ secret }) => [
      `  ${JSON.stringify(secret)} = {`,
      "    sopsFile = ./secrets/dotfiles.yaml; # where the file of the secrets lies",
      `    owner = ${JSON.stringify(owner)};`,
      ...(usual ? [] : [`    path = ${JSON.stringify(`${secretsDirectory}/${secret}`)};`]),
      "  };",
    ]),
    "};",
  ].join("\n");
}

/** YAML whose texts are in double quotes, as JSON's are. */
function skeleton(moved: readonly MovedSecret[]): string {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const { secret, value } of moved) {
    const parts = secret.split("/");
    const groups = parts.slice(0, -1);
    for (const [at, group] of groups.entries()) {
      if (open[at] !== group) lines.push(`${"    ".repeat(at)}${group}:`);
    }
    open = groups;
    lines.push(`${"    ".repeat(groups.length)}${parts.at(-1)}: ${JSON.stringify(value)}`);
  }
  return lines.join("\n") + "\n";
}

function checkFree(path: string, hint: string): void {
  if (lstat(path) !== undefined) throw refusal(`${path} is there already`, hint);
}

function repositoryAbove(path: string): string | undefined {
  for (let at = path; at !== "/" && at !== "."; at = parentOf(at)) {
    if (stat(`${at}/.git`) !== undefined || stat(`${at}/.jj`) !== undefined) return at;
  }
  return undefined;
}
