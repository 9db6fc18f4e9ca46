import assert from "node:assert/strict";
import { judgeSource, nothingToDo, sortDrift } from "../../src/dotfiles/decide_sync.ts";
import type { HomeState } from "../../src/dotfiles/home_state.ts";
import type { Commit } from "../../src/programs/jj.ts";

const home = "1".repeat(40);
const copy: Commit = {
  id: "2".repeat(40),
  parents: [home],
  isWorkingCopy: true,
  change: "k".repeat(32),
  isEmpty: true,
  hasConflict: false,
  hasDescription: false,
  bookmarks: [],
};
const state: HomeState = {
  schema: 1,
  source: "/s",
  branch: "main",
  umask: 0o022,
  home,
  main: home,
  base: null,
  rewritten: null,
  local: null,
  parked: [],
  conflict: null,
  published: [],
  kept: [],
  bookmark: "conflict/a",
  drift: {},
  moving: null,
  captured: null,
  capturing: false,
};
const calm: Parameters<typeof nothingToDo>[0] = {
  state,
  commits: [copy],
  drift: { edited: [], behind: [] },
  unreported: 0,
  remoteMain: home,
  localMain: [home],
  sameConflicts: true,
  parkedIsPublished: false,
};
const line = { actual: "M", target: "M", path: "/h/.x" };

Deno.test("a sync has nothing to do when everything is as the last one left it", () => {
  assert.equal(nothingToDo(calm), true);
});

const work: readonly (readonly [why: string, facts: Partial<typeof calm>])[] = [
  ["the source was edited", { commits: [{ ...copy, isEmpty: false }] }],
  ["the source is elsewhere", { commits: [{ ...copy, parents: ["3".repeat(40)] }] }],
  ["the home was edited", { drift: { edited: [line], behind: [] } }],
  ["the home is behind", { drift: { edited: [], behind: [line] } }],
  ["a target was deleted and nobody was told", { unreported: 1 }],
  ["the remote moved", { remoteMain: "4".repeat(40) }],
  ["a conflict bookmark came or went", { sameConflicts: false }],
  ["the last sync pushed nothing", { state: { ...state, main: "5".repeat(40) } }],
  ["a person committed on the branch, and is elsewhere", { localMain: ["6".repeat(40)] }],
  ["there is no branch on the remote yet", { state: { ...state, main: null } }],
  ["a capture was interrupted", { state: { ...state, capturing: true } }],
  ["what is parked was never pushed", { state: { ...state, parked: ["dot_x"], conflict: home } }],
  ["a move was interrupted", {
    state: {
      ...state,
      moving: { from: home, to: home, base: null, parked: [], conflict: null },
    },
  }],
];

for (const [why, facts] of work) {
  Deno.test(`a sync has something to do: ${why}`, () => {
    assert.equal(nothingToDo({ ...calm, ...facts }), false);
  });
}

Deno.test("drift is edited, behind, or none of a sync's business", () => {
  const sorted = sortDrift([
    line,
    { actual: "M", target: "M", path: "/h/.known" },
    { actual: " ", target: "A", path: "/h/.new" },
    { actual: " ", target: "R", path: "/h/script" },
    { actual: "D", target: "A", path: "/h/.deleted" },
  ], ({ path }) => path === "/h/.known");
  assert.deepEqual(sorted.edited.map(({ path }) => path), ["/h/.x"]);
  assert.deepEqual(sorted.behind.map(({ path }) => path), ["/h/.new"]);
});

const sources: readonly (readonly [
  why: string,
  change: Partial<Commit>,
  checkedOut: string | undefined,
  kind: string,
])[] = [
  ["on its branch", {}, "main", "sound"],
  ["detached, as jj leaves it", {}, undefined, "sound"],
  ["on another branch", {}, "other", "refuse"],
  ["merging", { parents: [home, "3".repeat(40)] }, undefined, "refuse"],
  ["in conflict", { hasConflict: true }, undefined, "refuse"],
];

for (const [why, change, checkedOut, kind] of sources) {
  Deno.test(`a source that is ${why} is ${kind === "sound" ? "synced" : "refused"}`, () => {
    const commits = [{ ...copy, ...change }];
    assert.equal(judgeSource({ source: "/s", branch: "main", commits, checkedOut }).kind, kind);
  });
}
