/** One call of sops-install-secrets, as the system makes it when it is activated. */
export interface Installation {
  readonly manifest: string;
  /**
   * With `-ignore-passwd` everything belongs to root: secrets-for-users/default.nix calls it so,
   * before there are users.
   */
  readonly ignoresPasswd: boolean;
  /** The unit whose ExecStart it is; absent where the activation script itself makes the call. */
  readonly unit?: string;
}

/**
 * The units of sops-nix: modules/sops/default.nix and secrets-for-users/default.nix make them instead
 * of a part of the activation script when systemd-sysusers or userborn makes the users.
 */
export const sopsUnits = [
  "sops-install-secrets.service",
  "sops-install-secrets-for-users.service",
] as const;

/**
 * A call, as both modules write it: `<package>/bin/sops-install-secrets [-ignore-passwd] <manifest>`,
 * the manifest a file of the store whose name ends in `manifest.json` or `manifest-for-users.json`.
 */
const call = /\/bin\/sops-install-secrets((?:[ \t]+--?[\w-]+(?:=\S+)?)*)[ \t]+"?(\/[^\s"]+\.json)/g;

/** The calls that an activation script or a unit file makes, comments left out. */
export function installationsIn(text: string, unit?: string): readonly Installation[] {
  const code = text.split("\n").filter((line) => !/^\s*[#;]/.test(line)).join("\n");
  return [...code.matchAll(call)].map(([, flags = "", manifest = ""]) => ({
    manifest,
    // As Go's flag package takes it.
    ignoresPasswd: flags.split(/[ \t]+/).some((flag) =>
      /^--?ignore-passwd(=(true|t|1))?$/i.test(flag)
    ),
    ...(unit === undefined ? {} : { unit }),
  }));
}

/** Whether a text runs sops-install-secrets at all, in a way that is known here or not. */
export function mentionsSops(text: string): boolean {
  return text.split("\n").some((line) =>
    !/^\s*[#;]/.test(line) && line.includes("/bin/sops-install-secrets")
  );
}
