import { readText, stat } from "../host/files.ts";
import { capture, ProgramMissingError } from "../host/process.ts";

/** The boot loaders whose default can be told; `none` is for hosts that have none, as containers. */
export const bootLoaders = ["systemd-boot", "grub", "extlinux", "raspberry-pi", "none"] as const;

/** One of {@linkcode bootLoaders}. */
export type BootLoader = typeof bootLoaders[number];

/** What a boot loader has to say. */
export interface BootEntries {
  /** The toplevel of the default entry. */
  readonly default: string;
  /** Toplevels whose boots the loader itself has counted to the end (systemd-boot). */
  readonly spent: readonly string[];
}

/** Why it cannot be told. */
export interface LoaderTrouble {
  readonly reason: string;
}

/** Bound in milliseconds. */
const bound = 20_000;

/** What a boot loader starts next, read-only. */
export async function bootEntries(
  loader: Exclude<BootLoader, "none">,
  mount: string,
): Promise<BootEntries | LoaderTrouble> {
  if (loader === "systemd-boot") return await systemdBoot(mount);
  const file = `${mount}/${
    { grub: "grub/grub.cfg", extlinux: "extlinux/extlinux.conf", "raspberry-pi": "cmdline.txt" }[
      loader
    ]
  }`;
  let text: string | undefined;
  try {
    text = readText(file);
  } catch (error) {
    return { reason: `${file} cannot be read: ${(error as Error).message}` };
  }
  if (text === undefined) return { reason: `${file} is not there: is ${mount} mounted?` };
  const found = { grub: grubDefault, extlinux: extlinuxDefault, "raspberry-pi": toplevelOf }
    [loader](text);
  return found === undefined
    ? { reason: `${file} does not say which toplevel is the default` }
    : { default: found, spent: [] };
}

/**
 * Asks bootctl, since an EFI variable (`bootctl set-default`) overrides what loader.conf says.
 */
async function systemdBoot(mount: string): Promise<BootEntries | LoaderTrouble> {
  try {
    if (stat(`${mount}/loader`) === undefined) {
      return { reason: `${mount}/loader is not there: is ${mount} mounted?` };
    }
    const { status, stdout, stderr } = await capture({
      argv: ["bootctl", `--esp-path=${mount}`, "list", "--json=short"],
      // The check of the partition wants udev's database, which early boot may not have yet.
      env: { SYSTEMD_RELAX_ESP_CHECKS: "1", SYSTEMD_RELAX_XBOOTLDR_CHECKS: "1", LC_ALL: "C.UTF-8" },
      timeout: bound,
    });
    if (status !== 0) {
      return { reason: `bootctl list failed: ${stderr.trim() || `exit status ${status}`}` };
    }
    return parseBootctl(stdout);
  } catch (error) {
    if (error instanceof ProgramMissingError) return { reason: error.message };
    return { reason: `${mount} cannot be read: ${(error as Error).message}` };
  }
}

/** What `bootctl list --json=short` prints. */
export function parseBootctl(text: string): BootEntries | LoaderTrouble {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    return { reason: `bootctl list printed no JSON: ${text.slice(0, 80)}` };
  }
  if (!Array.isArray(entries)) return { reason: "bootctl list printed no array" };
  const bootable = entries.filter((entry) => typeof entry === "object" && entry !== null)
    .map((entry: Record<string, unknown>) => ({
      isDefault: entry["isDefault"] === true,
      toplevel: toplevelOf(String(entry["options"] ?? "")),
      // An entry that is called NAME+LEFT-DONE.conf is counted down at each start.
      isSpent: entry["triesLeft"] === 0 || /\+0(-\d+)?\.conf$/.test(String(entry["path"] ?? "")),
      id: String(entry["id"] ?? "an entry"),
    }));
  const chosen = bootable.find(({ isDefault }) => isDefault);
  if (chosen === undefined) return { reason: "bootctl list names no default entry" };
  if (chosen.toplevel === undefined) {
    return { reason: `the default entry, ${chosen.id}, starts no toplevel` };
  }
  const left = bootable.filter(({ isSpent }) => !isSpent).map(({ toplevel }) => toplevel);
  const spent = bootable.filter(({ isSpent }) => isSpent).map(({ toplevel }) => toplevel)
    .filter((toplevel) => toplevel !== undefined && !left.includes(toplevel)) as string[];
  return { default: chosen.toplevel, spent };
}

/** The toplevel of the entry that grub.cfg makes the default by its number. */
export function grubDefault(text: string): string | undefined {
  const numbers = [...text.matchAll(/^\s*set default="?(\d+)"?\s*$/gm)];
  const index = Number(numbers.at(-1)?.[1] ?? NaN);
  // Entries of a submenu are indented or follow its line; the default is on the top level.
  const top = text.split(/^\s*submenu /m)[0] ?? "";
  const entries = top.split(/^\s*menuentry /m).slice(1);
  return toplevelOf(entries[index] ?? "");
}

/** The toplevel of the entry that extlinux.conf calls the default. */
export function extlinuxDefault(text: string): string | undefined {
  const label = /^\s*DEFAULT\s+(\S+)/m.exec(text)?.[1];
  const entry = text.split(/^\s*LABEL\s+/m).slice(1)
    .find((each) => each.split(/\s/, 1)[0] === label);
  return toplevelOf(entry ?? "");
}

/** The toplevel a kernel command line starts. */
export function toplevelOf(options: string): string | undefined {
  // The kernel goes by the last one.
  const last = [...options.matchAll(/(?:^|\s)init=(\S+)/g)].at(-1)?.[1];
  return /^(\/\S+)\/init$/.exec(last ?? "")?.[1];
}
