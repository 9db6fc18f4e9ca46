import { foreignVariables } from "../cli/command.ts";

/** What a program may do beyond computing and printing, in the words of Deno's permissions. */
export interface Permissions {
  /** Reading files: anywhere but /proc, /sys and /dev, which Deno opens to `--allow-all` only. */
  readonly read: boolean;
  readonly write: boolean;
  /** Running any program; see {@linkcode dotfiles} for why not named ones. */
  readonly run: boolean;
  /** Facts of the operating system, as `hostname`. */
  readonly sys: readonly string[] | "all";
  /** Environment variables that may be read; programs we run inherit all of them regardless. */
  readonly env: readonly string[] | "all";
}

/** What every program reads, to know where it prints to and what it can run, and what it forgets. */
const commonVariables = ["JOURNAL_STREAM", "NO_COLOR", "PATH", ...foreignVariables] as const;

/**
 * Common to the dotfiles programs. These permissions guard against our own mistakes and those of our
 * dependencies: no network, no native code, no foreign modules. They are no wall around git, jj and
 * chezmoi, which run with all rights of the user, hooks and scripts included.
 *
 * - read, write: home, source and state directory can be configured to lie anywhere, and
 *   `Deno.symlink` wants both without a path. The programs that only look need `write` as well: which
 *   state directory is theirs is found out by creating a file in it.
 * - run: three things fail under `--allow-run=git,jj,chezmoi` (Deno 2.4 and 2.9): `Deno.kill`, so that
 *   a time bound cannot end a process group; running anything at all while an LD_* variable is set or
 *   merely inherited, as with nix-ld; and, on 2.4, starting without PATH, which is fatal before the
 *   first line of ours.
 * - sys: host name, user number and umask; Deno 2.9 guards `Deno.umask` but knows no name to grant it
 *   by ("unknown sys descriptor"), so that only the whole works.
 */
const dotfiles: Permissions = {
  read: true,
  write: true,
  run: true,
  sys: "all",
  env: [
    ...commonVariables,
    ...["HOME", "USER", "STATE_DIRECTORY", "XDG_DATA_HOME", "XDG_STATE_HOME"],
    ...["JJ_USER", "JJ_EMAIL", "XDG_CONFIG_HOME", "GIT_CONFIG_COUNT"],
  ],
};

/**
 * Common to the golden programs. Their units confine them further: these permissions cannot tell
 * `/var/lib/golden-generation` from the rest, since every path can be configured.
 *
 * - run: the same as for the dotfiles programs.
 * - sys: `Deno.umask` as there; the same machinery reads it.
 */
const golden: Permissions = { ...dotfiles, env: commonVariables };

/**
 * Common to the programs of the config repo. What they run (git, nix, switch-to-configuration and the
 * commands of the configuration) can do all that their user can.
 */
const configRepo: Permissions = { ...dotfiles, env: commonVariables };

/** The permissions of each program of bin/: what it is compiled with, and the least that works. */
export const permissions: Readonly<Record<string, Permissions>> = {
  "auto-upgrade": configRepo,
  // It looks, and changes nothing.
  "check-sops": { ...configRepo, write: false },
  "chezmoi-resolve": {
    ...dotfiles,
    // The prompts look at TERM, CI and the marks of a dozen terminals to choose what they draw.
    env: "all",
  },
  "chezmoi-show-conflicts": dotfiles,
  "chezmoi-status": dotfiles,
  "chezmoi-sync": dotfiles,
  // The prompts, as above.
  "dotfiles-audit": { ...dotfiles, env: "all" },
  "golden-boot-check": golden,
  "golden-boot-validate": golden,
  "golden-mark-pending": golden,
  // All programs in one: what any of them may do.
  "holdfast": { ...dotfiles, env: "all" },
  "host-commit": configRepo,
  // It reads what the others wrote, starts nothing, and writes the page that --html names.
  "host-status": {
    ...dotfiles,
    run: false,
    env: [...commonVariables, "HOME", "XDG_STATE_HOME"],
  },
  "pin-golden": golden,
  // The prompts, as above; and who called sudo.
  "rebuild-smart": { ...configRepo, env: "all" },
  // The prompts, as above.
  "rollback-to-golden": { ...golden, env: "all" },
  "show-boot-status": golden,
  "show-golden": golden,
  "upgrade-status": configRepo,
};

/** The flags of `deno run` and `deno compile` that grant these permissions and nothing else. */
export function permissionFlags(granted: Permissions): string[] {
  return [
    // What is not granted is refused: nobody sits at a timer to answer a prompt.
    "--no-prompt",
    ...(granted.read ? ["--allow-read"] : []),
    ...(granted.write ? ["--allow-write"] : []),
    ...(granted.run ? ["--allow-run"] : []),
    ...named("sys", granted.sys),
    ...named("env", granted.env),
  ];
}

/** The permissions of all programs as a Markdown table, for the reference. */
export function permissionTable(): string {
  const rows = Object.entries(permissions).map(([program, { read, write, run, sys, env }]) => [
    `\`${program}\``,
    ...[read, write, run].map((granted) => granted ? "anywhere" : "no"),
    ...[sys, env].map((names) => names === "all" ? names : names.join(", ") || "no"),
    "no",
  ]);
  const head = ["program", "read", "write", "run", "system", "environment", "network"];
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function named(permission: string, names: readonly string[] | "all"): string[] {
  if (names === "all") return [`--allow-${permission}`];
  return names.length === 0 ? [] : [`--allow-${permission}=${names.join(",")}`];
}
