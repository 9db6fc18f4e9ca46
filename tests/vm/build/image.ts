/** The image that every scenario starts from: fetched, built and kept in the user's cache. */
import { generations } from "../generations.ts";
import { cached } from "./cache.ts";
import { commonObjects } from "./common.ts";
import { buildDisk } from "./disk_content.ts";
import { makeGuestRoot } from "./guest_root.ts";
import { installedFiles } from "./installed_files.ts";
import { compiledPrograms, digestOf } from "./our_programs.ts";
import { storePath } from "./store.ts";
import { makeTools, type Tools, toolsIn } from "./tools.ts";
import { toplevelOf } from "./toplevel.ts";

/** Raise it when what is fetched is to be fetched anew. */
const recipe = 2;
const guest = new URL("../guest", import.meta.url).pathname;

/** A disk to start machines from, and what runs them. */
export interface Image {
  readonly tools: Tools;
  readonly disk: string;
  /** Store paths of the generations, by their names. */
  readonly toplevels: Readonly<Record<string, string>>;
}

/** Whether programs and units are parts of each generation, or installed beside them. */
export type Kind = "generations" | "installed";

/** Finds the image in the cache, or makes it. */
export async function image(kind: Kind, narrate: (text: string) => void): Promise<Image> {
  const fetched = await cached("vm", `${recipe}-${Deno.build.arch}`, async (next, home) => {
    narrate("fetching qemu and a Debian system (150 MB, once) …");
    const tools = await makeTools(`${next}/tools`, `${home}/tools`);
    const root = await makeGuestRoot(`${next}/root`, `${next}/kernel`);
    return { tools, root };
  });
  const tools = toolsIn(`${fetched}/tools`);
  const installed = kind === "installed"
    ? await installedFiles(`${fetched}/complete.json`, narrate)
    : undefined;
  const programs = installed === undefined ? await compiledPrograms(narrate) : undefined;
  const kernel = `${fetched}/kernel`;
  const common = await commonObjects({ kernel, busybox: tools.busybox, programs, guest });
  const toplevels = await Promise.all(generations.map((one) => toplevelOf(one, common)));
  const objects = [...common.objects, ...toplevels.flatMap((one) => one.objects)];
  const recipes = [await digestOf(guest), await digestOf(import.meta.dirname ?? "")];
  if (installed !== undefined) recipes.push(...installed.trees);
  const digest = await storePath("disk", ...objects.map(({ path }) => path), ...recipes);
  const place = installed === undefined ? "vm-disk" : "vm-disk-installed";
  const home = await cached(place, digest.slice(11, 19), async (next) => {
    narrate("building the machine's disk …");
    const more = installed === undefined ? {} : { more: installed.addTo };
    const content = { debian: `${fetched}/root`, guest, objects, toplevels, ...more };
    await buildDisk(`${next}/disk.raw`, content, tools);
    return objects.map(({ path }) => path);
  });
  const paths = toplevels.map((one) => [one.name, one.path] as const);
  return { tools, disk: `${home}/disk.raw`, toplevels: Object.fromEntries(paths) };
}
