import { ExitCode } from "../cli/exit_code.ts";
import type { Documented } from "../cli/help.ts";
import { enable, type Option, type Options, text, textOr, type Values } from "../cli/options.ts";
import { usualUnitValues } from "./units.ts";

/** Where programs are found that ours run: the usual places, and Nix's. */
const usualPath = [
  ...["/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"],
  ...["/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin"],
].join(":");

/** Letters that neither systemd nor a shell reads anything into. */
const plainPath = /^(\/[A-Za-z0-9_.+@~,-]+)+$/;

/** Whether a path is absolute, leads nowhere up, and can stand in a unit as it is. */
export function isPlainPath(given: unknown): given is string {
  return typeof given === "string" && plainPath.test(given) &&
    !given.split("/").some((part) => part === "." || part === "..");
}

const expectedPath = "an absolute path of letters, digits and any of _.+@~,-";

function path(help: string): Option<string | undefined> {
  return { ...text("DIR", help), parse: parsePath };
}

function pathOr(fallback: string, help: string): Option<string> {
  return { help, value: "DIR", fallback, parse: parsePath };
}

function parsePath(given: unknown): ReturnType<Option<string>["parse"]> {
  const value = typeof given === "string" ? given.replace(/(?<=.)\/+$/, "") : given;
  return isPlainPath(value) ? { value } : { expected: expectedPath };
}

/** Paths with a sign between: `A,B` on the command line, an array in the manifest. */
function paths(
  separator: string,
  value: string,
  fallback: readonly string[],
  help: string,
): Option<readonly string[]> {
  return {
    help,
    value,
    fallback,
    fallbackText: fallback.join(separator),
    parse: (given) => {
      const value = typeof given === "string" ? given.split(separator) : given;
      return Array.isArray(value) && value.length > 0 && value.every(isPlainPath)
        ? { value }
        : { expected: `${expectedPath}, or several with "${separator}" between` };
    },
  };
}

/** When a timer rings; which times there are only systemd knows. */
function schedule(fallback: string, help: string): Option<string> {
  return {
    ...textOr(fallback, "WHEN", help),
    parse: (given) =>
      typeof given === "string" && /^[A-Za-z0-9*][A-Za-z0-9 *,:.\/~_+-]*$/.test(given)
        ? { value: given }
        : { expected: "a time as in systemd.time(7), as daily or *-*-* 04:00" },
  };
}

function word(value: string, form: RegExp, help: string): Option<string | undefined> {
  return {
    ...text(value, help),
    parse: (given) =>
      typeof given === "string" && form.test(given)
        ? { value: given }
        : { expected: `a name that matches ${form.source}` },
  };
}

/** What units are filled with. It is kept with the installation, and holds until said otherwise. */
export const unitOptions = {
  user: word(
    "NAME",
    /^[A-Za-z_][A-Za-z0-9_.-]*$/,
    "install the units that work for this person",
  ),
  repo: path("the person's configuration repository: install what commits and upgrades by it"),
  commitSchedule: schedule("daily", "when to commit"),
  upgradeSchedule: schedule("04:00", "when to upgrade"),
  syncSchedule: schedule("hourly", "when to sync dotfiles"),
  stateDir: pathOr(usualUnitValues.stateDir, "where the golden generation's state is"),
  loaderMounts: paths(
    ",",
    "DIR,...",
    usualUnitValues.loaderMounts,
    "every mount point that the boot loader's files are on",
  ),
  path: paths(":", "DIR:...", usualPath.split(":"), "PATH of the units"),
} satisfies Options;

/** What `deno task install` takes. */
export const installOptions = {
  prefix: { ...pathOr("/usr/local", "where to install"), flagOnly: true },
  destdir: {
    ...text(
      "DIR",
      "write below this directory, for a package; paths inside of files do not change",
    ),
    flagOnly: true,
    parse: (given) =>
      typeof given === "string" && /^\/[^\0\n]+$/.test(given)
        ? { value: given.replace(/\/+$/, "") }
        : { expected: "an absolute path" },
  } satisfies Option<string | undefined>,
  separate: enable("a binary for each program instead of one with a link for each", {
    flagOnly: true,
  }),
  binDir: text("DIR", "take binaries that `deno task compile` made from here, compile none", {
    flagOnly: true,
  }),
  ...unitOptions,
  home: {
    ...path("the person's home, where this host does not know the person; with --destdir only"),
    flagOnly: true,
  },
  dryRun: enable("say what would be done, change nothing", { flagOnly: true }),
  uninstall: enable("remove what was installed and is unchanged", { flagOnly: true }),
} satisfies Options;

/** What an installation is made by. */
export type InstallValues = Values<typeof installOptions>;

/** `deno task install`, for its help. */
export const install: Documented<typeof installOptions> = {
  name: "deno task install",
  summary: "Put programs, units, manual pages and completions in place, on a host without Nix.",
  options: installOptions,
  details: [
    "Nothing is enabled or started: the answer says how. What is replaced or removed is only what\n" +
    "was installed and has not been edited; PREFIX/share/holdfast/installed.json knows it.",
  ],
  exits: [
    [ExitCode.done, "done, or nothing to do"],
    [ExitCode.failed, "failed half-way; the same again completes it"],
    [ExitCode.usage, "wrong option, unknown user, or not writable; nothing changed"],
    [ExitCode.needsPerson, "a file that is not ours is in the way, or units are enabled"],
    [ExitCode.busy, "another run is at work there"],
  ],
};
