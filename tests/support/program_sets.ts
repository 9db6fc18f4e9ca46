/**
 * Which programs tests and the demo run, and how each set is fetched when PATH does not have it.
 * Sets, since whoever syncs dotfiles needs no Nix, and nobody waits for another's download.
 */

/** Programs that come together: all from PATH or all fetched. */
export interface ProgramSet {
  /** The start of its name in the cache. */
  readonly name: string;
  /** Raise it when the fetched set is to be made anew: another recipe, or newer programs. */
  readonly recipe: number;
  /** What cannot go on without it, for the error. */
  readonly user: string;
  /** The oldest version that serves, by the name of the program; empty when any does. */
  readonly minimumVersions: Readonly<Record<string, string>>;
  /** How to get them otherwise. */
  readonly remedy: string;
  /** What is downloaded, index included, for people. */
  readonly size: string;
  /** Debian packages. */
  readonly packages: readonly string[];
  /** Packages of their closure that none of the programs reads. */
  readonly unneeded: RegExp;
  /** The names to keep below directories of the file system; everything else is dropped. */
  readonly kept: Readonly<Record<string, RegExp>>;
  /** The programs of usr/bin that get a wrapper. */
  readonly wrapped: readonly string[];
  /** Private libraries, below the directory of the C library. */
  readonly libraries: readonly string[];
  /** Shell lines that a program's wrapper begins with; `at` quotes the place of a path of the set. */
  prelude(program: string, at: (path: string) => string): string;
}

/** Git's programs, which git starts by GIT_EXEC_PATH. */
export const gitCore = "rootfs/usr/lib/git-core";

/** What the dotfiles tests and the demo run. */
export const dotfilesSet: ProgramSet = {
  name: "programs",
  recipe: 1,
  user: "the tests and the demo",
  minimumVersions: { jj: "0.39", chezmoi: "2.70", git: "2.43", age: "", "age-keygen": "" },
  remedy: "nixpkgs#jujutsu nixpkgs#chezmoi nixpkgs#git nixpkgs#age",
  size: "60 MB",
  packages: ["jujutsu", "chezmoi", "git", "age", "openssh-client"],
  // What only perl scripts, manual pages, foreign character sets and an init need: half the size.
  unneeded: /^(perl|libperl|git-man$|libc-gconv|gcc-.*-base$|systemd$|libsystemd-shared$)/,
  kept: { "": /^(usr|lib.*)$/, "usr/share": /^git-core$/ },
  wrapped: ["jj", "chezmoi", "git", "age", "age-keygen", "ssh", "ssh-keygen"],
  libraries: [],
  prelude: (program, at) =>
    // Each git process starts others by GIT_EXEC_PATH; the one of a calling git must not leak in.
    program === "git"
      ? `export GIT_EXEC_PATH=${at(gitCore)} ` +
        `GIT_TEMPLATE_DIR=${at("rootfs/usr/share/git-core/templates")}\n`
      : "",
};

const nix = ["nix", "nix-env", "nix-store", "nix-build", "nix-instantiate", "nix-collect-garbage"];

/** What the tests of a system's generations run: Nix without a daemon, systemd's tools, strace. */
export const systemSet: ProgramSet = {
  name: "system-programs",
  recipe: 1,
  user: "the tests of system generations",
  minimumVersions: {
    ...Object.fromEntries(nix.map((name) => [name, "2.18"])),
    // Older ones do not know WantsMountsFor=, which our units have.
    "systemd-analyze": "256",
    bootctl: "256",
    strace: "",
  },
  remedy: "nixpkgs#nix nixpkgs#systemd nixpkgs#strace",
  size: "42 MB",
  packages: ["nix-bin", "systemd", "systemd-boot-tools", "strace"],
  // What only installing, logging in, perl scripts, `nix-shell` and foreign character sets need.
  unneeded: new RegExp(
    "^(perl|libperl|lib.*-perl$|libc-gconv|gcc-.*-base$|bash-static$|curl$|libcurl4t64$|debconf$|" +
      "libdebconf|debianutils$|passwd$|base-passwd$|login\\.defs$|libpam|libaudit|libcap-ng0$|" +
      "libsem|libsepol|libdb5|libgdbm|libsasl2-modules|openssl-provider|xz-utils$|bzip2$|" +
      "readline-common$|libngtcp2-crypto-ossl|libcrypt1$)",
  ),
  kept: {
    "": /^usr$/,
    usr: /^(bin|lib)$/,
    "usr/bin": new RegExp(`^(${nix.join("|")}|systemd-analyze|bootctl|strace)$`),
    "usr/lib": /^(systemd|.*-linux-gnu.*)$/,
    "usr/lib/systemd": /^system$/,
  },
  wrapped: [...nix, "systemd-analyze", "bootctl", "strace"],
  // Where systemd's own programs find them by an absolute RUNPATH.
  libraries: ["systemd"],
  prelude: (program, at) =>
    // Units that name sysinit.target are checked against systemd's, not the host's, if it has any.
    program === "systemd-analyze"
      ? `[ -n "\${SYSTEMD_UNIT_PATH+x}" ] || ` +
        `export SYSTEMD_UNIT_PATH=${at("rootfs/usr/lib/systemd/system")}\n`
      : "",
};

/** What the tests of the justfile run. */
export const justSet: ProgramSet = {
  name: "just-programs",
  recipe: 1,
  user: "the tests of the justfile",
  // The oldest one that the recipes were tried with.
  minimumVersions: { just: "1.40" },
  remedy: "nixpkgs#just",
  size: "14 MB",
  packages: ["just"],
  unneeded: /^gcc-.*-base$/,
  kept: { "": /^(usr|lib.*)$/, usr: /^(bin|lib)$/, "usr/bin": /^just$/ },
  wrapped: ["just"],
  libraries: [],
  prelude: () => "",
};
