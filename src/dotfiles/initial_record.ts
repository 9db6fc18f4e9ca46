import { umask } from "../host/environment.ts";
import type { Programs } from "./facts.ts";
import type { HomeState } from "./home_state.ts";
import { baseTrailer, parkedTrailer } from "./run.ts";
import type { Settings } from "./settings.ts";

/**
 * The record of a source that has none: the first sync, or the record was lost. What is parked then
 * is found again in the commits below the working copy, for a base taken for an edit would undo
 * other hosts' edits.
 */
export async function initialRecord(
  programs: Programs,
  settings: Settings & { readonly branch: string },
  tip: string,
  main: string | undefined,
): Promise<HomeState> {
  const { jj } = programs;
  const own = `first_ancestors(${tip})${main === undefined ? "" : ` ~ ::${main}`}`;
  const marked = (trailer: string): string => `description(substring:"\\n${trailer}")`;
  const [base] = await jj.ids(`(${own}) & ${marked(baseTrailer)}`);
  const [conflict] = base === undefined
    ? []
    : await jj.ids(`(${own}) & ${base}:: & ${marked(parkedTrailer)}`);
  const parked = base === undefined ? [] : (await jj.show(base, "description")).split("\n")
    .filter((line) => line.startsWith(baseTrailer))
    .map((line) => line.slice(baseTrailer.length));
  return {
    schema: 1,
    source: settings.source,
    branch: settings.branch,
    umask: umask(),
    home: tip,
    main: null,
    base: base ?? null,
    rewritten: null,
    local: null,
    parked,
    conflict: conflict ?? null,
    published: conflict === undefined ? [] : [conflict],
    kept: [],
    bookmark: `conflict/${settings.host}`,
    drift: {},
    moving: null,
    captured: null,
    capturing: false,
  };
}
