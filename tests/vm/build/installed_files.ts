/** What a machine has that is no NixOS: what `deno task install` made, git, and pages to read. */
import { commonUnits } from "../generations.ts";
import { cached } from "./cache.ts";
import { digestOf } from "./our_programs.ts";
import { unpackPackages } from "./packages.ts";
import { run } from "./run_program.ts";
import { storePath } from "./store.ts";

const repository = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/** Where programs and units are installed. */
export const installedPrefix = "/usr/local";

/** Where the machine keeps what the task answered: what to do next. */
export const answerPath = "/root/install-answer";

/** Who the units work for, and on what. */
export const person = { user: "rain", home: "/home/rain", repo: "/home/rain/nix-config" };

const packages = ["git", "man-db"];
const unneeded = /^(perl|libperl|libdb[di]-|debconf|dpkg$|passwd|libpam|gcc-.*-base$|libc-gconv)/;

/** Trees of the cache, and what adds them to a root file system. */
export interface InstalledFiles {
  readonly trees: readonly string[];
  readonly addTo: (root: string) => Promise<void>;
}

/** Finds the files in the cache, or makes them; `base` says what the machine has already. */
export async function installedFiles(
  base: string,
  narrate: (text: string) => void,
): Promise<InstalledFiles> {
  const { root } = JSON.parse(await Deno.readTextFile(base));
  const had = Object.keys(root as Record<string, string>);
  const recipe = await storePath("packages", ...packages, ...had, unneeded.source);
  const debian = await cached("vm-packages", recipe.slice(11, 19), async (next) => {
    narrate(`fetching ${packages.join(" and ")} …`);
    const names = had.map((name) => name.replace(/[.+]/g, "\\$&")).join("|");
    const without = new RegExp(`${unneeded.source}|^(${names})$`);
    return await unpackPackages({ wanted: packages, unneeded: without }, `${next}/root`);
  });
  const ours = await cached("vm-installed", await keyOfOurs(), async (next) => {
    narrate("running `deno task install` …");
    const { user, home, repo } = person;
    const where = ["--destdir", `${next}/root`, "--prefix", installedPrefix];
    const whom = ["--user", user, "--home", home, "--repo", repo];
    const argv = [Deno.execPath(), "task", "--quiet", "install", ...where, ...whom];
    const answer = await run(argv, { cwd: repository });
    await Deno.mkdir(`${next}/root/root`, { recursive: true });
    await Deno.writeTextFile(`${next}/root${answerPath}`, answer);
    return argv.slice(1);
  });
  const trees = [`${debian}/root`, `${ours}/root`];
  return { trees, addTo: (root) => add(trees, root) };
}

async function keyOfOurs(): Promise<string> {
  const sources = ["bin", "src", "nix/units", "deno.json", "deno.lock", "tests/vm/build"];
  const digests = await Promise.all(sources.map((path) => digestOf(`${repository}/${path}`)));
  const key = await storePath("installed", ...digests, Deno.env.get("DENORT_BIN") ?? "");
  return key.slice(11, 19);
}

async function add(trees: readonly string[], root: string): Promise<void> {
  for (const tree of trees) await run(["cp", "--archive", `${tree}/.`, root]);
  // As on any host but NixOS, what is enabled is the host's own and no generation's.
  await Deno.remove(`${root}/etc/systemd/system`);
  await Deno.mkdir(`${root}/etc/systemd/system`);
  const units = `${root}/usr/lib/systemd/system`;
  for (const [name, text] of Object.entries(commonUnits)) {
    await Deno.writeTextFile(`${units}/${name}`, text);
    await Deno.symlink(`../${name}`, `${units}/multi-user.target.wants/${name}`);
  }
  const { user, home } = person;
  const append = { append: true };
  await Deno.writeTextFile(`${root}/etc/passwd`, `${user}:x:1000:1000::${home}:/bin/sh\n`, append);
  await Deno.writeTextFile(`${root}/etc/group`, `${user}:x:1000:\n`, append);
  await Deno.mkdir(`${root}${home}`, { recursive: true });
}
